/** Replies kept in this process: bounded by entries and bytes, judged by age, epoch and floor. */
import type { Cache, Entry } from '@segment-store/resilience/cached';
import type { Time } from '@segment-store/resilience/time';
import { LRUCache } from 'lru-cache';
import type { Epochs } from './epochs.ts';
import type { ReplyHead } from './lookup.ts';

export interface CacheLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** How long a reply is fresh of which the service said this, in milliseconds. */
  freshFor(said: number | undefined): number;
  readonly staleMs: number;
  readonly staleIfErrorMs: number;
}

export interface CacheDeps<I, R> {
  keyOf(input: I): string;
  /** Heap bytes of what only this kind of reply holds. */
  bytesOf(reply: R): number;
  readonly epochs: Epochs;
  readonly time: Time;
  /** Spreads what falls due together; default `Math.random`. */
  readonly random?: () => number;
}

export interface ReplyCache<I, R> extends Cache<I, R> {
  /** Takes a reply of `ageMs` ago from an earlier process, never fresh. For a cache that is new. */
  restore(input: I, reply: R, ageMs: number): void;
  /** What may still be served, the most recently used first. */
  entries(): readonly (readonly [key: string, entry: Entry<R>])[];
  size(): { readonly entries: number; readonly bytes: number };
  clear(): void;
}

/**
 * A reply and its times in one object: a hit costs what it touches of memory. Whole milliseconds, because V8 keeps
 * small integers in place, and every other number in an object of its own.
 */
interface Times {
  readonly since: number;
  /** 0 for a reply that was outdated when it came. */
  readonly freshUntil: number;
}

/** Of one entry: key and list cells of the LRU, the reply, its facts. Measured. */
const ENTRY_BYTES = 320;
/** Shared, or the LRU would make one for each hit. */
const ASKED = {};
/** Entries that arrived together must not fall due together. */
const FRESH_JITTER = 0.1;
/** After a publish every entry is of an older generation at once: their refreshes are spread over this long. */
const SPREAD_MS = 30_000;

export function createCache<I, R extends ReplyHead>(limits: CacheLimits, deps: CacheDeps<I, R>): ReplyCache<I, R> {
  const { keyOf, bytesOf, epochs, time, random = Math.random } = deps;
  const { maxEntries, maxBytes, freshFor, staleMs, staleIfErrorMs } = limits;
  const held = new LRUCache<string, R & Times>({ max: maxEntries, maxSize: maxBytes });

  let line = epochs.line;

  function forgetOtherLines(): void {
    if (line === epochs.line) return;
    line = epochs.line;
    held.clear();
  }

  function judge(reply: R & Times): Entry<R> | undefined {
    const { epoch, since, freshUntil } = reply;
    const now = time.now();
    const ageMs = Math.max(0, Math.trunc(now) - since);
    if (epoch < epochs.floor || ageMs > staleIfErrorMs) return undefined;
    if (now < freshUntil && epoch >= epochs.latest) return { value: reply, freshness: 'fresh', ageMs };
    if (ageMs >= staleMs) return { value: reply, freshness: 'expired', ageMs };
    return { value: reply, freshness: 'stale', ageMs, waits: now < Math.min(freshUntil, turnOf(reply)) };
  }

  /** When an entry that a publish made stale may be refreshed: its jitter, down to milliseconds, is its place in the queue. */
  function turnOf({ freshUntil }: Times): number {
    return epochs.latestAt + SPREAD_MS * ((freshUntil % 1_000) / 1_000);
  }

  function hold(key: string, reply: R, times: Times): void {
    held.set(key, { ...reply, ...times }, { size: ENTRY_BYTES + 2 * key.length + bytesOf(reply) });
  }

  return {
    keyOf,
    get(input) {
      forgetOtherLines();
      const key = keyOf(input);
      const hit = held.get(key, ASKED);
      if (hit === undefined) return undefined;
      const entry = judge(hit);
      if (entry === undefined) held.delete(key);
      return entry;
    },
    set(input, reply) {
      forgetOtherLines();
      const { epoch, outdated, freshMs } = reply;
      if (epoch < epochs.floor) return;
      const key = keyOf(input);
      const kept = held.peek(key);
      if (kept !== undefined && kept.epoch > epoch && judge(kept) !== undefined) return; // it was long on its way
      const since = Math.trunc(time.now());
      const jitter = 1 + FRESH_JITTER * (2 * random() - 1);
      const freshUntil = outdated ? 0 : since + Math.round(freshFor(freshMs) * jitter);
      hold(key, reply, { since, freshUntil });
    },
    restore(input, reply, ageMs) {
      const key = keyOf(input);
      if (reply.epoch >= epochs.floor) hold(key, reply, { since: Math.trunc(time.now() - ageMs), freshUntil: 0 });
    },
    entries() {
      forgetOtherLines();
      return Array.from(held.entries()).flatMap(([key, reply]) => {
        const entry = judge(reply);
        return entry === undefined ? [] : [[key, entry] as const];
      });
    },
    size: () => ({ entries: held.size, bytes: held.calculatedSize }),
    clear: () => held.clear(),
  };
}
