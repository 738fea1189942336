/** Replies kept in this process: bounded by entries and bytes, judged by age, epoch and floor. */
import type { Cache, Entry } from '@segment-store/resilience/cached';
import type { Time } from '@segment-store/resilience/time';
import { LRUCache } from 'lru-cache';
import type { Reply } from './lookup.ts';

/** The newest the service has told any client of this process. */
export interface Epochs {
  latest: number;
  /** Replies of older epochs may not be used any more. */
  floor: number;
}

export interface CacheLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly freshMs: number;
  readonly staleMs: number;
  readonly staleIfErrorMs: number;
}

export interface CacheDeps<I, T> {
  keyOf(input: I): string;
  /** Heap bytes of the facts alone. */
  bytesOf(facts: T): number;
  readonly epochs: Epochs;
  readonly time: Time;
}

export interface ReplyCache<I, T> extends Cache<I, Reply<T>> {
  size(): { readonly entries: number; readonly bytes: number };
  clear(): void;
}

interface Held<T> {
  readonly reply: Reply<T>;
  readonly since: number;
  readonly freshUntil: number;
}

/** Of one entry: key and list cells of the LRU, the reply, its facts. Measured. */
const ENTRY_BYTES = 320;
/** Entries that arrived together must not fall due together. */
const FRESH_JITTER = 0.1;

export function createCache<I, T>(limits: CacheLimits, deps: CacheDeps<I, T>): ReplyCache<I, T> {
  const { keyOf, bytesOf, epochs, time } = deps;
  const held = new LRUCache<string, Held<T>>({ max: limits.maxEntries, maxSize: limits.maxBytes });

  function judge({ reply, since, freshUntil }: Held<T>): Entry<Reply<T>> | undefined {
    const now = time.now();
    const ageMs = now - since;
    if (ageMs > limits.staleIfErrorMs || reply.epoch < epochs.floor) return undefined;
    const current = reply.epoch >= epochs.latest && !reply.outdated;
    if (current && now < freshUntil) return { value: reply, freshness: 'fresh', ageMs };
    return { value: reply, freshness: ageMs < limits.staleMs ? 'stale' : 'expired', ageMs };
  }

  return {
    keyOf,
    get(input) {
      const key = keyOf(input);
      const hit = held.get(key);
      if (hit === undefined) return undefined;
      const entry = judge(hit);
      if (entry === undefined) held.delete(key);
      return entry;
    },
    set(input, reply) {
      if (reply.epoch < epochs.floor) return;
      const key = keyOf(input);
      const since = time.now();
      const freshUntil = since + limits.freshMs * (1 + FRESH_JITTER * (2 * Math.random() - 1));
      const size = ENTRY_BYTES + 2 * key.length + bytesOf(reply.facts);
      held.set(key, { reply, since, freshUntil }, { size });
    },
    size: () => ({ entries: held.size, bytes: held.calculatedSize }),
    clear: () => held.clear(),
  };
}
