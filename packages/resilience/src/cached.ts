import { type Call, type Operation, unlimited } from './operation.ts';

/** stale: serve and refresh behind; expired: serve only if asking fails. */
export type Freshness = 'fresh' | 'stale' | 'expired';

export interface Entry<O> {
  readonly value: O;
  readonly freshness: Freshness;
  readonly ageMs: number;
  /** Why an entry that is not fresh is all there is. */
  readonly error?: unknown;
  /** It became stale together with many others, and others are refreshed first. */
  readonly waits?: boolean;
}

export interface Cache<I, O> {
  get(input: I): Entry<O> | undefined;
  set(input: I, value: O): void;
  keyOf(input: I): string;
}

export interface Cached<I, O> {
  /** Synchronous, no I/O, never starts a refresh. */
  peek(input: I): Entry<O> | undefined;
  /** Fresh: from the cache. Stale: from the cache, refreshed behind. Else, or too old for the caller, asked; expired if asking fails. */
  readonly ask: Operation<I, Entry<O>>;
  /** Asked, whatever the cache has; that if asking fails. */
  readonly renew: Operation<I, Entry<O>>;
}

/** Asks again behind a stale entry that was served; undefined: not now, its next reader can start it as well. */
export type Refresh<I, O> = (input: I, entry: Entry<O>) => Promise<unknown> | undefined;

/** `refresh`: by default at once, always. */
export function cached<I, O>(
  cache: Cache<I, O>,
  operation: Operation<I, O>,
  refresh: Refresh<I, O> = (input) => operation(input, unlimited),
): Cached<I, O> {
  const renew = async (input: I, call: Call): Promise<Entry<O>> => {
    try {
      return { value: await operation(input, call), freshness: 'fresh', ageMs: 0 };
    } catch (error) {
      const kept = cache.get(input); // looked up again: it may have been withdrawn meanwhile
      if (kept === undefined || !suits(kept, call)) throw error;
      return { ...kept, error };
    }
  };
  return {
    peek: cache.get.bind(cache),
    renew,
    async ask(input, call) {
      const entry = cache.get(input);
      if (entry?.freshness === 'fresh') return entry;
      if (entry?.freshness !== 'stale' || !suits(entry, call)) return renew(input, call);
      refresh(input, entry)?.catch(() => {}); // the next reader of the stale entry tries again
      return entry;
    },
  };
}

const suits = (entry: Entry<unknown>, { maxStaleMs = Number.POSITIVE_INFINITY }: Call): boolean =>
  entry.freshness === 'fresh' || entry.ageMs < maxStaleMs;
