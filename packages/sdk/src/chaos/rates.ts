/** How often which fault comes. */
import { numberIn, refuseOthers, unfit } from '../option.ts';

/** Shares of requests by fault; a request meets one fault at most, so they add up to 1 at most. */
export interface ChaosRates {
  /** Share of requests, 0 to 1, that are never answered. Default 0. */
  readonly hang?: number | undefined;
  /** Share of requests that are cut before an answer. Default 0. */
  readonly reset?: number | undefined;
  /** Share of requests that are answered `statusCode`. Default 0. */
  readonly status?: number | undefined;
  /** Default 503. */
  readonly statusCode?: number | undefined;
  /** Share of requests that reach the service, and whose answer comes cut in half. Default 0. */
  readonly malformed?: number | undefined;
  /** Share of requests that are sent `latencyMs` later. Default 0. */
  readonly latency?: number | undefined;
  /** Milliseconds; default 200. */
  readonly latencyMs?: number | undefined;
  /** The same seed hits the same requests of a sequence. Default 1. */
  readonly seed?: number | undefined;
}

/** The faults there are. */
export type FaultKind = 'hang' | 'reset' | 'status' | 'malformed' | 'latency';
export const KINDS: readonly FaultKind[] = ['hang', 'reset', 'status', 'malformed', 'latency'];

/** Complete. */
export interface ResolvedRates {
  readonly shares: Readonly<Record<FaultKind, number>>;
  readonly statusCode: number;
  readonly latencyMs: number;
  readonly seed: number;
}

const NUMBERS = {
  statusCode: { default: 503, min: 400, max: 599 },
  latencyMs: { default: 200, min: 0, max: 60_000 },
  seed: { default: 1, min: 0, max: 2 ** 32 - 1 },
} as const;
const NAMES: readonly string[] = [...KINDS, ...Object.keys(NUMBERS)];
/** Shares like 0.1 do not add up exactly. */
const ROUNDING = 1e-9;

/** @throws TypeError for a wrong type or an unknown rate, RangeError for a value out of range */
export function resolveRates(rates: ChaosRates): ResolvedRates {
  refuseOthers('a chaos client', rates, NAMES, 'rates, as in { reset: 0.05 }');
  const { hang, reset, status, malformed, latency } = rates;
  const number = (name: keyof typeof NUMBERS) => numberIn(name, rates[name], NUMBERS[name]);
  return {
    shares: sharing({ hang, reset, status, malformed, latency }),
    statusCode: number('statusCode'),
    latencyMs: number('latencyMs'),
    seed: number('seed'),
  };
}

/** A request meets at most one fault. */
function sharing(given: Readonly<Record<FaultKind, number | undefined>>): ResolvedRates['shares'] {
  const shares = { hang: 0, reset: 0, status: 0, malformed: 0, latency: 0 };
  let sum = 0;
  for (const kind of KINDS) {
    shares[kind] = share(kind, given[kind]);
    sum += shares[kind];
  }
  if (sum <= 1 + ROUNDING) return shares;
  throw new RangeError(`the shares add up to ${sum}; a request meets one fault, so give at most 1 in all`);
}

function share(kind: FaultKind, value: unknown = 0): number {
  const way = 'give a share from 0 to 1, as in 0.05';
  if (typeof value !== 'number') throw unfit(kind, value, way);
  if (value >= 0 && value <= 1) return value;
  throw new RangeError(`${kind} is ${value}; ${way}`);
}
