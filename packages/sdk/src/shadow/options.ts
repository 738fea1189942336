/** What a shadow can be told. */
import { type Bounds, numberIn, refuseOthers, secretIn, unfit } from '../option.ts';
import { type ClientOptions, type ResolvedOptions, resolveOptions } from '../options.ts';

/** Where the candidate is, and how much it is asked. */
export interface ShadowOptions extends Pick<ClientOptions, 'baseUrl' | 'apiKey'> {
  /** Part of the lookups that is copied, above 0 and at most 1. Default 0.01. */
  readonly share?: number | undefined;
  /** Copies sent in a second at most, whatever `share` asks for. Default 50. */
  readonly maxPerSecond?: number | undefined;
  /** Ceiling of one request to the candidate, in milliseconds. Default 1,000. */
  readonly timeoutMs?: number | undefined;
  /** Mismatches kept, the newest. Default 20. */
  readonly maxExamples?: number | undefined;
  /** Secret of the hash by which examples name customers. Default: one that ends with this process. */
  readonly hashKey?: string | undefined;
}

export interface ResolvedShadowOptions {
  readonly candidate: Pick<ResolvedOptions, 'origin' | 'basePath' | 'apiKey'>;
  readonly share: number;
  readonly maxPerSecond: number;
  readonly timeoutMs: number;
  readonly maxExamples: number;
  readonly hashKey: string | undefined;
}

const DEFAULT_SHARE = 0.01;
type NumberName = 'maxPerSecond' | 'timeoutMs' | 'maxExamples';

/** Each default is written here, once. */
const NUMBERS: Readonly<Record<NumberName, Bounds>> = {
  maxPerSecond: { default: 50, min: 1, max: 1_000 },
  timeoutMs: { default: 1_000, min: 1, max: 60_000 },
  maxExamples: { default: 20, min: 0, max: 1_000 },
};

const NAMES: readonly string[] = ['baseUrl', 'apiKey', 'share', ...Object.keys(NUMBERS), 'hashKey'];

/** @throws TypeError for a wrong type or an unknown option, RangeError for a value out of range */
export function resolveShadowOptions(options: ShadowOptions): ResolvedShadowOptions {
  refuseOthers('withShadow', options, NAMES, '{ baseUrl } of the candidate');
  const { baseUrl, apiKey } = options;
  const number = (name: NumberName) => numberIn(name, options[name], NUMBERS[name]);
  return Object.freeze({
    candidate: resolveOptions({ baseUrl, apiKey }),
    share: resolveShare(options.share),
    maxPerSecond: number('maxPerSecond'),
    timeoutMs: number('timeoutMs'),
    maxExamples: number('maxExamples'),
    hashKey: secretIn('hashKey', options.hashKey),
  });
}

function resolveShare(value: unknown): number {
  if (value === undefined) return DEFAULT_SHARE;
  const way = `give a number above 0 and at most 1, as in ${DEFAULT_SHARE}`;
  if (typeof value !== 'number') throw unfit('share', value, way);
  if (value > 0 && value <= 1) return value;
  throw new RangeError(`share is ${value}; ${way}`);
}
