/** Options that hold a number with a unit. The fallback is written as a person would give it. */
import type { Option } from './option.ts';

interface Quantity {
  readonly description: string;
  readonly placeholder?: string;
  readonly fallback: string;
}

/** From 0 to 1: `0.05` or `5%`. */
export const ratio = (option: Quantity): Option<number> =>
  quantity({ placeholder: '<ratio>', ...option }, (text) => {
    const [, digits = '', percent] = /^(\d+(?:\.\d+)?)(\s*%)?$/.exec(text) ?? [];
    const number = digits === '' ? Number.NaN : percent === undefined ? Number(digits) : Number(digits) / 100;
    if (number <= 1) return number;
    throw new RangeError('expected a ratio from 0 to 1, or 0 % to 100 %');
  });

const BYTES: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ...['k', 'm', 'g', 't'].flatMap((letter, index): [string, number][] => [
    [`${letter}b`, 1000 ** (index + 1)],
    [`${letter}ib`, 1024 ** (index + 1)],
  ]),
]);

interface Size extends Quantity {
  /** The least and the most it may be, written as a person would: both or neither. */
  readonly within?: readonly [least: string, most: string];
}

/** Whole bytes: `1048576`, `64MB` (powers of 1000), `64MiB` (powers of 1024). */
export const bytes = ({ within, ...option }: Size): Option<number> => {
  const [least, most] = within === undefined ? [0, Number.MAX_SAFE_INTEGER] : within.map(wholeBytes);
  const expected = within === undefined ? 'such as 64MB, 64MiB or 1048576' : `from ${within[0]} to ${within[1]}`;
  return quantity({ placeholder: '<size>', ...option }, (text) => {
    const number = wholeBytes(text);
    if (number >= Number(least) && number <= Number(most)) return number;
    throw new RangeError(`expected a size ${expected}`);
  });
};

/** NaN for what is no size. */
function wholeBytes(text: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const number = Math.round(Number(digits) * (BYTES.get(unit.toLowerCase()) ?? Number.NaN));
  return digits !== '' && Number.isSafeInteger(number) ? number : Number.NaN;
}

const MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const ISO = /^P(?!$)(?:(\d+)W)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/i;
const ISO_MS = [7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1_000];

/** Milliseconds: `30s`, `1h30m`, `500ms`, `7d`, or ISO 8601 of weeks and below: `PT24H`. */
export const duration = (option: Quantity): Option<number> =>
  quantity({ placeholder: '<duration>', ...option }, (text) => {
    const number = isoMs(text) ?? shortMs(text) ?? Number.NaN;
    if (Number.isSafeInteger(number)) return number;
    throw new RangeError('expected a duration such as 30s, 1h30m, 7d or PT24H');
  });

function isoMs(text: string): number | undefined {
  const amounts = ISO.exec(text)?.slice(1);
  return amounts?.reduce((sum, amount, index) => sum + Number(amount ?? 0) * (ISO_MS[index] ?? 0), 0);
}

function shortMs(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  const steps = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  return steps.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (MS.get(unit) ?? 0), 0);
}

function quantity(option: Quantity, parse: (text: string) => number): Option<number> {
  return { ...option, fallback: parse(option.fallback), fallbackText: option.fallback, required: false, parse };
}
