/** What a client can be told: public options, their defaults, one resolver. */
import { isSegmentId } from '@segment-store/contract/id';
import type { Bootstrap } from './bootstrap.ts';
import type { CacheLimits } from './cache.ts';
import { type ApiKey, isKey } from './credential.ts';
import type { Fallback } from './fallback.ts';
import type { Hedging } from './hedging.ts';
import { type Bounds, numberIn, refuseOthers, shown, unfit } from './option.ts';

/** What a client is told when it is created. Only `baseUrl` is required; `undefined` is the default. */
export interface ClientOptions<S extends string = string> {
  /** Where the service is: `http` or `https`, a path in front of `/v1` allowed. */
  readonly baseUrl: string | URL;
  /**
   * Sent as bearer token; or a function that gives one, called when it is first needed and again whenever the service
   * refuses what it gave. Default: none.
   */
  readonly apiKey?: ApiKey | undefined;
  /** Answers to begin with, of a client's `bootstrap()` or of `readSnapshot`; those of another service are not used. */
  readonly bootstrap?: Bootstrap | undefined;
  /** Ceiling of every read, in milliseconds. Default 150. */
  readonly deadlineMs?: number | undefined;
  /** Segment ids a customer is taken to be in while nothing can be found out, or a function that gives them. Default `[]`. */
  readonly fallback?: Fallback<S> | undefined;
  /** Ceiling of one wire try, in milliseconds. Default 500, or `deadlineMs` when that is longer. */
  readonly attemptTimeoutMs?: number | undefined;
  /**
   * How long a request may go on to fill the cache after its callers have left, in milliseconds. Default 1,000, or
   * `deadlineMs` or `attemptTimeoutMs` when one is longer.
   */
  readonly flightTimeoutMs?: number | undefined;
  /** Further tries after a failed one, within a budget shared by the process. Default 1. */
  readonly maxRetries?: number | undefined;
  /** What `hedging()` of `@segment-store/sdk/hedge` gives: a second try while the first is slow. Default: none. */
  readonly hedge?: Hedging | undefined;
  /** Answers kept at most. Default 10,000. */
  readonly maxEntries?: number | undefined;
  /** Heap bytes kept answers may take, a quarter of them for the segment ids they share. Default 33,554,432 (32 MiB). */
  readonly maxBytes?: number | undefined;
  /**
   * How long an answer is served without asking again, ±10 %, in milliseconds. Default: what the service says
   * (`Cache-Control: max-age`), at most `staleMs`, or 60,000 where it says nothing.
   */
  readonly freshMs?: number | undefined;
  /** Until this age an answer is served at once and refreshed behind, in milliseconds. Default 300,000. */
  readonly staleMs?: number | undefined;
  /** Until this age an answer is served when asking again fails, in milliseconds. Default 86,400,000. */
  readonly staleIfErrorMs?: number | undefined;
}

/** Complete and frozen. */
export interface ResolvedOptions<S extends string = string> {
  readonly origin: string;
  readonly basePath: string;
  readonly apiKey: ApiKey | undefined;
  readonly fallback: Fallback<S>;
  readonly maxRetries: number;
  readonly hedge: Hedging | undefined;
  readonly bootstrap: Bootstrap | undefined;
  readonly ms: { readonly call: number; readonly flight: number; readonly attempt: number };
  readonly cache: CacheLimits;
}

const DAY_MS = 86_400_000;
type NumberName = Exclude<keyof ClientOptions, 'baseUrl' | 'apiKey' | 'fallback' | 'hedge' | 'bootstrap'>;

/** Each default is written here, once. */
export const NUMBERS: Readonly<Record<NumberName, Bounds>> = {
  deadlineMs: { default: 150, min: 1, max: 60_000 },
  attemptTimeoutMs: { default: 500, min: 1, max: 60_000 },
  flightTimeoutMs: { default: 1_000, min: 1, max: 60_000 },
  maxRetries: { default: 1, min: 0, max: 5 },
  maxEntries: { default: 10_000, min: 1, max: 10_000_000 },
  maxBytes: { default: 32 * 1024 * 1024, min: 1024, max: 2 ** 40 },
  freshMs: { default: 60_000, min: 0, max: DAY_MS },
  staleMs: { default: 300_000, min: 0, max: DAY_MS },
  staleIfErrorMs: { default: DAY_MS, min: 0, max: 7 * DAY_MS },
};

/** Every option there is; the README has a row for each. */
export const NAMES: readonly string[] = [
  'baseUrl',
  'apiKey',
  'fallback',
  'hedge',
  'bootstrap',
  ...Object.keys(NUMBERS),
];

/**
 * `others`: options that a subpath adds, and reads itself.
 * @throws TypeError for a wrong type or an unknown option, RangeError for a value out of range
 */
export function resolveOptions<S extends string>(
  options: ClientOptions<S>,
  others: readonly string[] = [],
): ResolvedOptions<S> {
  refuseOthers('createSegmentClient', options, [...NAMES, ...others], '{ baseUrl }');
  const { origin, basePath } = resolveUrl(options.baseUrl);
  const number = (name: NumberName) => numberIn(name, options[name], NUMBERS[name]);
  const limits = {
    freshMs: number('freshMs'),
    staleMs: number('staleMs'),
    staleIfErrorMs: number('staleIfErrorMs'),
  };
  refuseDisorder(limits);
  return Object.freeze({
    origin,
    basePath,
    apiKey: resolveKey(options.apiKey),
    fallback: resolveFallback<S>(options.fallback),
    maxRetries: number('maxRetries'),
    hedge: resolveHedge(options.hedge),
    bootstrap: resolveBootstrap(options.bootstrap),
    ms: resolveTimeouts(options),
    cache: {
      ...limits,
      freshFor: resolveFresh(limits, options.freshMs),
      maxEntries: number('maxEntries'),
      maxBytes: number('maxBytes'),
    },
  });
}

const ADDRESS = 'give an http: or https: address, as in "https://segments.example.com"';

export function resolveUrl(value: unknown): { origin: string; basePath: string } {
  const url = typeof value === 'string' || value instanceof URL ? URL.parse(String(value)) : null;
  if (url === null) throw unfit('baseUrl', value, ADDRESS);
  const { origin, protocol, pathname, username, password, search, hash } = url;
  if (protocol !== 'http:' && protocol !== 'https:') throw new RangeError(`baseUrl has ${shown(protocol)}; ${ADDRESS}`);
  if (username || password) throw new RangeError('baseUrl holds a user name or password; use apiKey');
  if (search || hash) throw new RangeError(`baseUrl ends in ${shown(search + hash)}; leave query and fragment out`);
  return { origin, basePath: pathname.replace(/\/+$/, '') };
}

export function resolveKey(value: ClientOptions['apiKey']): ApiKey | undefined {
  if (value === undefined || typeof value === 'function') return value;
  if (typeof value !== 'string') throw new TypeError(`apiKey is of type ${typeof value}; give a string or a function`);
  if (isKey(value)) return value;
  const wrong = value === '' ? 'is ""' : 'holds a space, a line break or a non-ASCII sign';
  throw new RangeError(`apiKey ${wrong}; check how it was read, or leave it out to send none`);
}

/** A deadline alone must have effect: what is within it follows, unless given too. */
function resolveTimeouts(options: Pick<ClientOptions, NumberName>): ResolvedOptions['ms'] {
  const orLonger = (name: NumberName, ...others: readonly number[]) => {
    const ms = numberIn(name, options[name], NUMBERS[name]);
    return options[name] === undefined ? Math.max(ms, ...others) : ms;
  };
  const call = orLonger('deadlineMs');
  const attempt = orLonger('attemptTimeoutMs', call);
  return { call, attempt, flight: orLonger('flightTimeoutMs', call, attempt) };
}

function resolveHedge(value: ClientOptions['hedge']): Hedging | undefined {
  if (value === undefined || (typeof value === 'object' && typeof value?.policy === 'function')) return value;
  throw unfit('hedge', value, 'give what hedging() of "@segment-store/sdk/hedge" gives');
}

function resolveBootstrap(value: ClientOptions['bootstrap']): Bootstrap | undefined {
  if (value === undefined || (typeof value === 'object' && value !== null && Array.isArray(value.answers)))
    return value;
  throw unfit('bootstrap', value, 'give what bootstrap() or readSnapshot() gave');
}

function resolveFallback<S extends string>(value: ClientOptions<S>['fallback']): Fallback<S> {
  if (value === undefined) return Object.freeze([]);
  if (typeof value === 'function') return value;
  const way = 'give a list of segment ids, as in ["recurrent:store:17"], or a function that gives it';
  if (!Array.isArray(value)) throw unfit('fallback', value, way);
  const bad = value.findIndex((id) => !isSegmentId(id));
  if (bad >= 0) throw unfit(`fallback[${bad}]`, value[bad], way);
  return Object.freeze([...value]);
}

type Limits = Readonly<Record<'freshMs' | 'staleMs' | 'staleIfErrorMs', number>>;

/** What the service says of freshness counts where the caller has said nothing. */
const resolveFresh =
  ({ freshMs, staleMs }: Limits, given: number | undefined): CacheLimits['freshFor'] =>
  (said = freshMs) =>
    given ?? Math.min(staleMs, said);

/** Fresh ≤ stale ≤ stale-if-error, or an answer would be both. */
function refuseDisorder(limits: Limits): void {
  for (const [least, name] of ORDER) {
    const [min, given] = [limits[least], limits[name]];
    if (given < min)
      throw new RangeError(`${name} is ${given}, below ${least} ${min}; raise ${name} or lower ${least}`);
  }
}

const ORDER = [
  ['freshMs', 'staleMs'],
  ['staleMs', 'staleIfErrorMs'],
] as const;
