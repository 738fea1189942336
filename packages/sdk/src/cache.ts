/** Replies kept in this process: bounded by entries and bytes, judged by age, epoch and floor. */
import type { Cache, Entry } from '@segment-store/resilience/cached';
import type { Time } from '@segment-store/resilience/time';
import { LRUCache } from 'lru-cache';
import type { Epochs } from './epochs.ts';
import type { ReplyHead } from './lookup.ts';

export interface CacheLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly freshMs: number;
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
/** Entries that arrived together must not fall due together. */
const FRESH_JITTER = 0.1;

export function createCache<I, R extends ReplyHead>(limits: CacheLimits, deps: CacheDeps<I, R>): ReplyCache<I, R> {
  const { keyOf, bytesOf, epochs, time, random = Math.random } = deps;
  const { maxEntries, maxBytes, freshMs, staleMs, staleIfErrorMs } = limits;
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
    return { value: reply, freshness: ageMs < staleMs ? 'stale' : 'expired', ageMs };
  }

  return {
    keyOf,
    get(input) {
      forgetOtherLines();
      const key = keyOf(input);
      const hit = held.get(key);
      if (hit === undefined) return undefined;
      const entry = judge(hit);
      if (entry === undefined) held.delete(key);
      return entry;
    },
    set(input, reply) {
      forgetOtherLines();
      const { epoch, outdated } = reply;
      if (epoch < epochs.floor) return;
      const key = keyOf(input);
      const kept = held.peek(key);
      if (kept !== undefined && kept.epoch > epoch && judge(kept) !== undefined) return; // it was long on its way
      const since = Math.trunc(time.now());
      const jitter = 1 + FRESH_JITTER * (2 * random() - 1);
      const freshUntil = outdated ? 0 : since + Math.round(freshMs * jitter);
      const size = ENTRY_BYTES + 2 * key.length + bytesOf(reply);
      held.set(key, { ...reply, since, freshUntil }, { size });
    },
    size: () => ({ entries: held.size, bytes: held.calculatedSize }),
    clear: () => held.clear(),
  };
}
