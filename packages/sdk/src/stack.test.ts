import { type CustomerId, parseCustomerId } from '@segment-store/contract/id';
import { batch } from '@segment-store/resilience/batch';
import { type Cached, cached } from '@segment-store/resilience/cached';
import { circuitBreaker, createCircuitBreaker } from '@segment-store/resilience/circuit-breaker';
import { deadline } from '@segment-store/resilience/deadline';
import { Failure } from '@segment-store/resilience/failure';
import { createLimiter, limit } from '@segment-store/resilience/limit';
import { type ManualTime, manualTime } from '@segment-store/resilience/manual-time';
import { type AnyPolicy, type Operation, type Settled, unlimited } from '@segment-store/resilience/operation';
import { createRetryBudget, retry } from '@segment-store/resilience/retry';
import { singleFlight } from '@segment-store/resilience/single-flight';
import { describe, expect, test } from 'vitest';
import { createCache, type ReplyCache } from './cache.ts';
import { createEpochs } from './epochs.ts';
import type { ReplyHead } from './lookup.ts';
import { createStack, type Origin, type StackOptions } from './stack.ts';

/** Outermost first, as `createStack` has them. */
const ORDER = ['cached', 'call', 'single flight', 'batch', 'flight', 'limit', 'retry', 'breaker', 'attempt'] as const;
type Layer = (typeof ORDER)[number];

type Word = ReplyHead;
type Build = (
  origin: Origin<CustomerId, Word>,
  cache: ReplyCache<CustomerId, Word>,
  options: StackOptions,
) => Cached<CustomerId, Word>;

/** The same stack, its layers in the order given. */
const builtFrom =
  (order: readonly Layer[]): Build =>
  (origin, cache, { maxBatch, maxRetries, ms, time }) => {
    const policies: Partial<Record<Layer, AnyPolicy>> = {
      call: deadline(ms.call, time),
      flight: deadline(ms.flight, time),
      limit: limit(origin.limiter),
      retry: retry(maxRetries, origin.budget, time),
      breaker: circuitBreaker(origin.breaker),
      attempt: deadline(ms.attempt, time),
    };
    let many = origin.send;
    let one: Operation<CustomerId, Word> | undefined;
    let whole: Cached<CustomerId, Word> | undefined;
    for (const layer of order.toReversed()) {
      const policy = policies[layer];
      if (policy !== undefined) {
        if (whole !== undefined) whole = { ...whole, ask: policy(whole.ask) };
        else if (one !== undefined) one = policy(one);
        else many = policy(many);
      } else if (layer === 'batch') one = batch(maxBatch, many);
      else if (layer === 'cached') whole = cached(cache, one ?? each(many));
      else if (one !== undefined) one = singleFlight(cache)(one);
      else many = all(singleFlight(cache)(each(many)));
    }
    if (whole === undefined) throw new Error('no cache in the order');
    return whole;
  };

const each =
  (many: Operation<readonly CustomerId[], Settled<Word>>): Operation<CustomerId, Word> =>
  async (id, call) => {
    const [result] = await many([id], call);
    if (result?.status === 'fulfilled') return result.value;
    throw result?.reason;
  };

const all =
  (one: Operation<CustomerId, Word>): Operation<readonly CustomerId[], Settled<Word>> =>
  (ids, call) =>
    Promise.allSettled(ids.map((id) => one(id, call)));

interface Bench {
  readonly time: ManualTime;
  readonly cache: ReplyCache<CustomerId, Word>;
  readonly breaker: Origin<CustomerId, Word>['breaker'];
  /** Ids of every wire try. */
  readonly sends: (readonly CustomerId[])[];
  ask(id: string): { outcome: string };
}

type Send = (time: ManualTime) => Origin<CustomerId, Word>['send'];

const WORD: Word = { epoch: 1, ageMs: 0, outdated: false };
const MS = { call: 150, flight: 1_000, attempt: 500 };

/** A stack over `send`, with room for one request and a breaker that opens at two failures of two. */
function bench(build: Build, send: Send, ms: Partial<StackOptions['ms']> = {}): Bench {
  const time = manualTime();
  const sends: (readonly CustomerId[])[] = [];
  const wire = send(time);
  const limits = { maxEntries: 10, maxBytes: 1e6, freshMs: 60_000, staleMs: 300_000, staleIfErrorMs: 86_400_000 };
  const epochs = { ...createEpochs(), latest: 1 };
  const cache = createCache<CustomerId, Word>(limits, { keyOf: (id) => id, bytesOf: () => 0, epochs, time });
  const breaker = createCircuitBreaker({ minimumThroughput: 4 }, time);
  const recorded: Operation<readonly CustomerId[], Settled<Word>> = (ids, call) => {
    sends.push(ids);
    return wire(ids, call);
  };
  const origin = { limiter: createLimiter(1), budget: createRetryBudget(), breaker, send: recorded };
  const reads = build(origin, cache, { maxBatch: 100, maxRetries: 1, ms: { ...MS, ...ms }, time });
  return {
    time,
    cache,
    breaker,
    sends,
    ask(id) {
      const asked = { outcome: 'waiting' };
      reads.ask(parseCustomerId(id), unlimited).then(
        (entry) => {
          asked.outcome = entry.error === undefined ? entry.freshness : `${entry.freshness} after failure`;
        },
        (error: Failure) => {
          asked.outcome = error.code;
        },
      );
      return asked;
    },
  };
}

const answering: Send = () => async (ids) => ids.map(() => ({ status: 'fulfilled', value: WORD }));
/** Answers after `ms`, whatever its signal says. */
const answeringAfter =
  (ms: number): Send =>
  (time) =>
  (ids) =>
    new Promise((resolve) => time.after(ms, () => resolve(ids.map(() => ({ status: 'fulfilled', value: WORD })))));
const failing =
  (retryAfterMs?: number): Send =>
  () =>
  async () => {
    throw new Failure('SERVER', 'no', { fault: true, retryable: true, retryAfterMs });
  };

interface Probe {
  readonly says: string;
  readonly of: readonly [Layer, Layer];
  readonly expected: unknown;
  observe(build: Build): Promise<unknown>;
}

const PROBES: readonly Probe[] = [
  {
    says: 'an expired answer is served when the deadline passes',
    of: ['cached', 'call'],
    expected: 'expired after failure',
    async observe(build) {
      const { cache, time, ask } = bench(build, answeringAfter(900));
      cache.set(parseCustomerId('c1'), WORD);
      await time.advance(400_000);
      const asked = ask('c1');
      await time.advance(151);
      return asked.outcome;
    },
  },
  {
    says: 'a caller leaves at its deadline, and the late answer still fills the cache',
    of: ['call', 'single flight'],
    expected: ['TIMEOUT', 'fresh'],
    async observe(build) {
      const { cache, time, ask } = bench(build, answeringAfter(300));
      const asked = ask('c1');
      await time.advance(151);
      const { outcome } = asked;
      await time.advance(200);
      return [outcome, cache.get(parseCustomerId('c1'))?.freshness];
    },
  },
  {
    says: 'different customers of one turn share a request',
    of: ['single flight', 'batch'],
    expected: [['c1', 'c2']],
    async observe(build) {
      const { time, ask, sends } = bench(build, answering);
      ask('c1');
      ask('c2');
      await time.advance(1);
      return sends;
    },
  },
  {
    says: 'no retry begins that could not end within the flight',
    of: ['batch', 'flight'],
    expected: 1,
    async observe(build) {
      const { time, ask, sends } = bench(build, failing(1_500));
      ask('c1');
      await time.advance(3_000);
      return sends.length;
    },
  },
  {
    says: 'a call waiting for its retry keeps its place',
    of: ['limit', 'retry'],
    expected: ['OVERLOADED', 1],
    async observe(build) {
      const { time, ask, sends } = bench(build, failing(100));
      ask('c1');
      await time.advance(10);
      const second = ask('c2');
      await time.advance(10);
      return [second.outcome, sends.length];
    },
  },
  {
    says: 'every attempt is a sample of the breaker, not every call',
    of: ['retry', 'breaker'],
    expected: 'open',
    async observe(build) {
      const { time, ask, breaker } = bench(build, failing());
      ask('c1');
      await time.advance(100);
      ask('c2');
      await time.advance(100);
      return breaker.state;
    },
  },
  {
    says: 'an attempt that never answers is a sample too',
    of: ['breaker', 'attempt'],
    expected: 'open',
    async observe(build) {
      const { time, ask, breaker } = bench(build, () => () => new Promise(() => {}), { attempt: 50 });
      for (const id of ['c1', 'c2', 'c3', 'c4']) {
        ask(id);
        await time.advance(60);
      }
      return breaker.state;
    },
  },
];

function swapped([outer, inner]: readonly [Layer, Layer]): readonly Layer[] {
  const at = ORDER.indexOf(outer);
  return [...ORDER.slice(0, at), inner, outer, ...ORDER.slice(at + 2)];
}

describe.each(PROBES)('$says', ({ of, expected, observe }) => {
  test('in the SDK', async () => expect(await observe(createStack)).toEqual(expected));
  test('in the order written here', async () => expect(await observe(builtFrom(ORDER))).toEqual(expected));
  test(`not with ${of.join(' and ')} exchanged`, async () =>
    expect(await observe(builtFrom(swapped(of)))).not.toEqual(expected));
});

/** What the limit admits ends with its flight, so a place is never held longer, whichever of the two is outside. */
const COMMUTING: readonly Layer[] = ['flight', 'limit'];

test.each([ORDER, swapped(['flight', 'limit'])])('a flight that ends gives its place back: %s', async (...order) => {
  const { time, ask, sends } = bench(builtFrom(order), answeringAfter(400), { flight: 100, attempt: 1_000 });
  ask('c1');
  await time.advance(50);
  const second = ask('c2');
  await time.advance(60);
  ask('c3');
  await time.advance(10);
  expect([second.outcome, sends]).toEqual(['OVERLOADED', [['c1'], ['c3']]]);
});

test('every two neighbours have such an observation, but for two that may be exchanged', () => {
  const neighbours = ORDER.slice(1).map((inner, index) => [ORDER[index], inner]);
  expect([...PROBES.map(({ of }) => of), COMMUTING]).toEqual(expect.arrayContaining(neighbours));
});
