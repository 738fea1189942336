/** How options are refused: every message names the option, its value and the way out. */
import { nearest } from '@segment-store/contract/nearest';
import { quote } from '@segment-store/contract/quote';

export interface Bounds {
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

/** An object with no other options than `names`; `taker` is whose. @throws TypeError */
export function refuseOthers(taker: string, options: unknown, names: readonly string[], example: string): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`${taker} takes an object of options, not ${shown(options)}; give ${example}`);
  }
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    const hint = meant === undefined ? `the options are ${names.join(', ')}` : `did you mean ${meant}?`;
    throw new TypeError(`unknown option ${shown(name)}; ${hint}`);
  }
}

/** A whole number. @throws TypeError, RangeError */
export function numberIn(name: string, value: unknown, { min, max, default: unset }: Bounds): number {
  if (value === undefined) return unset;
  const way = `give a whole number from ${min} to ${max}, as in ${unset}`;
  if (typeof value !== 'number') throw unfit(name, value, way);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`${name} is ${value}; ${way}`);
}

/** A value of the wrong type. */
export const unfit = (name: string, value: unknown, way: string): TypeError =>
  new TypeError(`${name} is ${shown(value)}; ${way}`);

/** Its value stands in no message. @throws TypeError */
export function secretIn(name: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw new TypeError(
    `${name} is ${value === '' ? '""' : `of type ${typeof value}`}; give a secret string, or leave it out`,
  );
}

/** Only values that print safely are quoted: an error about an option must not be an error of printing it. */
export function shown(value: unknown): string {
  if (value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value)) return quote(value);
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}
