/**
 * Encoded answers in memory, one a question, bounded in bytes over all generations. None expires while its generation is
 * pinned; those of a generation before it make room as they are asked for anew.
 */
import { setImmediate } from 'node:timers/promises';
import { type CustomerId, parseCustomerId, type RunId } from '@segment-store/contract/id';
import type { Cache, Freshness } from '@segment-store/resilience/cached';
import { systemTime, type Time } from '@segment-store/resilience/time';
import { LRUCache } from 'lru-cache';
import { freshnessOf } from './former.ts';
import type { Pin } from './pin.ts';
import type { Encoded, Query } from './read-path.ts';
import { NO_FILTERS } from './select.ts';

export interface L1 {
  /** As the read path of generation `run` sees it; only answers of the generation that `pin` gives are taken in. */
  cacheOf(run: RunId, pin: () => Pinned | undefined): Cache<Query, Encoded>;
  keyOf(query: Query): string;
  /** An answer of the pinned generation. */
  take(query: Query, value: Encoded): void;
  /** Of generation `run`, about the customers wanted, the newest question first. */
  answersOf(run: RunId, isWanted: (customerId: CustomerId) => boolean): Iterable<Answer>;
  /** An answer that another L1 had. */
  restore(answer: Answer): void;
  /** Questions of which no answer of generation `run` is here, what was asked for last comes first. */
  hottest(run: RunId): Iterable<Query>;
  /** Answers of generation `run`, what was asked for last comes first. */
  newest(run: RunId): Iterable<Asked>;
  /** Lets go of every answer about these customers, between other work. */
  forget(isErased: (customerId: CustomerId) => boolean): Promise<void>;
  size(): L1Size;
}

export interface Asked {
  readonly query: Query;
  readonly value: Encoded;
}

export interface Answer {
  readonly key: string;
  readonly value: Encoded;
  readonly ageMs: number;
}

/** What is pinned at the moment. */
type Pinned = Pick<Pin, 'reader' | 'formers'>;

interface L1Size {
  readonly entries: number;
  readonly bytes: number;
  /** Part of `bytes`: of customers nobody knows. */
  readonly unknownBytes: number;
}

interface Kept extends Encoded {
  /** Whole monotonic milliseconds. */
  readonly at: number;
}

/** What an entry costs beside the letters of its body and its key: two strings, one object, ETag, map slot, list links. */
const OVERHEAD_BYTES = 235;
/** After a publish every answer is asked for anew, at most so many a second: a fifth of what a small store can do. */
const REFRESHES_PER_SECOND = 2_000;
const LONGEST_REFRESH_MS = 300_000;
/** Whoever asks for made-up ids must not push the customers out. */
const UNKNOWN_PART = 0.2;
/** Between two turns of the event loop, about a millisecond. */
const FORGOTTEN_A_TURN = 1_000;
const BEYOND_LATIN_1 = /[\u0100-\uffff]/;

export function createL1(maxBytes: number, time: Time = systemTime): L1 {
  const kept = new Answers(maxBytes);
  const take = (query: Query, value: Encoded) => kept.set(keyOf(query), value, time.now());
  return {
    keyOf,
    take,
    restore: ({ key, value, ageMs }) => kept.set(key, value, time.now() - ageMs),
    *hottest(run) {
      for (const [key, { run: of }] of kept.entries()) if (of !== run) yield queryOf(key);
    },
    *newest(run) {
      for (const [key, value] of kept.entries()) if (value.run === run) yield { query: queryOf(key), value };
    },
    *answersOf(run, isWanted) {
      for (const [key, value] of kept.entries()) {
        if (value.run === run && isWanted(customerOf(key))) yield { key, value, ageMs: time.now() - value.at };
      }
    },
    async forget(isErased) {
      let seen = 0;
      for (const [key] of kept.entries()) {
        if (++seen % FORGOTTEN_A_TURN === 0) await setImmediate();
        if (isErased(customerOf(key))) kept.delete(key);
      }
    },
    size: () => kept.size(),
    cacheOf(run, pin) {
      const freshnessIn = (value: Kept): Freshness | undefined => {
        if (value.run === run) return 'fresh';
        const former = pin()?.formers.get(value.run);
        return former && freshnessOf(former, turnOf(value) * kept.refreshMs(), time.now());
      };
      return {
        keyOf,
        get(query) {
          const found = kept.get(keyOf(query));
          const freshness = found && freshnessIn(found);
          return freshness && { value: found, freshness, ageMs: time.now() - found.at };
        },
        set(query, value) {
          // A read of a generation that was left while it was on its way would push out the newer answer.
          if (pin()?.reader.generation.run === value.run) take(query, value);
        },
      };
    },
  };
}

class Answers {
  readonly #all: LRUCache<string, Kept>;
  /** Keys of the answers about unknown customers, with the same sizes: the oldest goes when they are too many. */
  readonly #unknown: LRUCache<string, true>;

  constructor(maxBytes: number) {
    this.#unknown = new LRUCache({
      maxSize: Math.max(1, Math.floor(maxBytes * UNKNOWN_PART)),
      disposeAfter: (_, key, reason) => reason === 'evict' && this.#all.delete(key),
    });
    this.#all = new LRUCache<string, Kept>({
      maxSize: maxBytes,
      sizeCalculation: sizeOf,
      dispose: ({ known }, key) => !known && this.#unknown.delete(key),
    });
  }

  get(key: string): Kept | undefined {
    const found = this.#all.get(key);
    if (found?.known === false) this.#unknown.get(key);
    return found;
  }

  set(asked: string, { body, etag, run, known }: Encoded, at: number): void {
    const [key, kept] = [copied(asked), { body, etag: copied(etag), run, known, at: Math.trunc(at) }];
    this.#all.set(key, kept);
    if (known || !this.#all.has(key)) return;
    this.#unknown.set(key, true, { size: sizeOf(kept, key) });
    if (!this.#unknown.has(key)) this.#all.delete(key); // too large for its part
  }

  delete(key: string): void {
    this.#all.delete(key);
  }

  /** How long it takes to ask for everything anew. */
  refreshMs(): number {
    return Math.min(LONGEST_REFRESH_MS, (1_000 * this.#all.size) / REFRESHES_PER_SECOND);
  }

  /** As they are now: one that is asked for meanwhile comes no second time. */
  *entries(): Iterable<readonly [string, Kept]> {
    for (const key of [...this.#all.keys()]) {
      const kept = this.#all.peek(key);
      if (kept !== undefined) yield [key, kept];
    }
  }

  size(): L1Size {
    const { size: entries, calculatedSize: bytes } = this.#all;
    return { entries, bytes, unknownBytes: this.#unknown.calculatedSize };
  }
}

const sizeOf = ({ body }: Kept, key: string): number => lettersOf(body) + lettersOf(key) + OVERHEAD_BYTES;

/** Bytes: V8 takes two for each letter as soon as one of them is not of Latin-1. */
const lettersOf = (text: string): number => (BEYOND_LATIN_1.test(text) ? 2 * text.length : text.length);

/** An id is cut out of a URL and an ETag put together: V8 would keep what they were made from, too. */
const copied = (text: string): string => Buffer.from(text).toString();

/** From 0 to 1, another one for each answer: its digest is as good as dice, and there already. */
const turnOf = ({ etag }: Encoded): number => Buffer.from(etag.slice(1, 5), 'base64url').readUIntBE(0, 3) / 0xffffff;

/** No id holds a line break; filters arrive sorted. */
function keyOf(query: Query): string {
  if (query.view === 'ids' && query.filters === NO_FILTERS && query.include === undefined) return query.customerId;
  const { customerId, ...asked } = query;
  return `${customerId}\n${JSON.stringify(asked)}`;
}

const customerOf = (key: string): CustomerId => parseCustomerId(key.split('\n', 1)[0] ?? '');

function queryOf(key: string): Query {
  const [customerId = '', asked] = key.split('\n');
  const rest = asked === undefined ? { view: 'ids', filters: NO_FILTERS } : JSON.parse(asked);
  return { ...rest, customerId: parseCustomerId(customerId) };
}
