/** Reads a generation before it is pinned: that it answers at all, and what was asked for last into L1. */
import { parseCustomerId } from '@segment-store/contract/id';
import type { Cache, Cached } from '@segment-store/resilience/cached';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { sleep, type Time } from '@segment-store/resilience/time';
import type { Reader } from '@segment-store/store/store';
import type { L1 } from './l1.ts';
import type { Encoded, Query } from './read-path.ts';
import { NO_FILTERS } from './select.ts';

/** Settles after the time it was given at the latest, and says what to do once the generation is pinned. */
export type WarmUp = (reader: Reader, call: Call) => Promise<() => void>;

export interface WarmUpDeps {
  readonly l1: L1;
  readonly time: Time;
  readonly limits: WarmUpLimits;
  createPath(reader: Reader, into: Cache<Query, Encoded>): Cached<Query, Encoded>;
  /** A read failed, and is tried again. */
  onTrouble(error: unknown): void;
}

export interface WarmUpLimits {
  /** Questions that are asked. 0: one customer is read, to see that it can be. */
  readonly questions: number;
  /** With the store's `pollMs` and the time to open a generation less than the ten seconds that a publish may take. */
  readonly ms: number;
}

/** As many as travel to the store together; one such read at a time, because customers are waiting for others. */
const AT_ONCE = 100;
const RETRY_MS = 100;
/** Read where nobody was asked for yet: whether it exists does not matter. */
const CANARY: Query = { view: 'ids', customerId: parseCustomerId('canary'), filters: NO_FILTERS };

export function createWarmUp({ l1, time, limits, createPath, onTrouble }: WarmUpDeps): WarmUp {
  return async (reader, call) => {
    const until = time.now() + limits.ms;
    const read = new Map<string, readonly [Query, Encoded]>();
    const { ask } = createPath(reader, intoMap(l1, read));
    const hottest = firstOf(l1.hottest(reader.generation.run), limits.questions);
    const questions = hottest.length === 0 ? [CANARY] : hottest;
    for (let at = 0; at < questions.length && time.now() < until && !call.signal.aborted; ) {
      const together = questions.slice(at, at + AT_ONCE);
      const answers = await Promise.allSettled(together.map((query) => ask(query, unlimited)));
      const failed = answers.find((answer) => answer.status === 'rejected');
      if (failed === undefined) at += AT_ONCE;
      else await bear(failed.reason, call);
    }
    return () => {
      for (const [query, answer] of hottest.length === 0 ? [] : read.values()) l1.take(query, answer);
    };
  };

  async function bear(error: unknown, { signal }: Call): Promise<void> {
    onTrouble(error);
    await sleep(RETRY_MS, signal, time).catch(() => 'aborted: the loop ends');
  }
}

/** L1 itself has room for one answer a question, and that is still of the generation before. */
const intoMap = ({ keyOf }: L1, read: Map<string, readonly [Query, Encoded]>): Cache<Query, Encoded> => ({
  keyOf,
  get: () => undefined,
  set: (query, answer) => read.set(keyOf(query), [query, answer]),
});

function firstOf<T>(all: Iterable<T>, count: number): readonly T[] {
  const first: T[] = [];
  if (count === 0) return first;
  for (const one of all) if (first.push(one) === count) break;
  return first;
}
