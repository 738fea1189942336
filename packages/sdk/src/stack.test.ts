import { type CustomerId, parseCustomerId } from '@segment-store/contract/id';
import { adaptiveLimit, createAdaptiveLimiter } from '@segment-store/resilience/adaptive-limit';
import { batch } from '@segment-store/resilience/batch';
import { type Cached, cached } from '@segment-store/resilience/cached';
import { circuitBreaker, createCircuitBreaker } from '@segment-store/resilience/circuit-breaker';
import { deadline } from '@segment-store/resilience/deadline';
import { Failure, type FailureTraits } from '@segment-store/resilience/failure';
import { createFailureMemo, failureMemo } from '@segment-store/resilience/failure-memo';
import { createHedgePace, hedge } from '@segment-store/resilience/hedge';
import { type ManualTime, manualTime } from '@segment-store/resilience/manual-time';
import { afterFailuresInARow } from '@segment-store/resilience/opening';
import {
  type AnyPolicy,
  asIs,
  type Call,
  type Operation,
  type Settled,
  unlimited,
} from '@segment-store/resilience/operation';
import { createPushback, pushback } from '@segment-store/resilience/pushback';
import { createRetryBudget, retry } from '@segment-store/resilience/retry';
import { shed } from '@segment-store/resilience/shed';
import { singleFlight } from '@segment-store/resilience/single-flight';
import { describe, expect, test } from 'vitest';
import { createCache, type ReplyCache } from './cache.ts';
import { createEpochs } from './epochs.ts';
import type { ReplyHead } from './lookup.ts';
import { createStack, type Origin, type StackOptions } from './stack.ts';

/** Outermost first, as `createStack` has them. */
const ORDER = [
  'cached',
  'call',
  'single flight',
  'memo',
  'shed',
  'batch',
  'flight',
  'pushback',
  'limit',
  'retry',
  'hedge',
  'breaker',
  'attempt',
] as const;
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
  (origin, cache, { maxBatch, maxRetries, hedging, memo, ms, time }) => {
    const policies: Partial<Record<Layer, AnyPolicy>> = {
      call: deadline(ms.call, time),
      shed: shed(origin.limiter),
      flight: deadline(ms.flight, time),
      pushback: pushback(origin.pushback, time),
      limit: adaptiveLimit(origin.limiter),
      retry: retry(maxRetries, origin.budget, time),
      hedge: hedging,
      breaker: circuitBreaker(origin.breaker),
      attempt: deadline(ms.attempt, time),
    };
    let many = origin.send;
    let one: Operation<CustomerId, Word> = () => Promise.reject(new Error('no batch in the order'));
    let whole: Cached<CustomerId, Word> | undefined;
    let batched = false;
    for (const layer of order.toReversed()) {
      const policy = policies[layer];
      if (policy !== undefined) {
        if (whole !== undefined) whole = { ...whole, ask: policy(whole.ask) };
        else if (batched) one = policy(one);
        else many = policy(many);
      } else if (layer === 'single flight') one = singleFlight(cache)(one);
      else if (layer === 'memo') one = failureMemo(memo, cache)(one);
      else if (layer === 'cached') whole = cached(cache, one);
      else {
        one = batch(maxBatch, many);
        batched = true;
      }
    }
    if (whole === undefined) throw new Error('no cache in the order');
    return whole;
  };

interface Bench {
  readonly time: ManualTime;
  readonly cache: ReplyCache<CustomerId, Word>;
  readonly breaker: Origin<CustomerId, Word>['breaker'];
  /** Ids of every wire try. */
  readonly sends: (readonly CustomerId[])[];
  ask(id: string, call?: Call): { outcome: string };
}

interface Given {
  readonly ms?: Partial<StackOptions['ms']>;
  /** Requests that may be in flight; 1 unless given. */
  readonly places?: number;
  /** When a try gets company; never unless given. */
  readonly hedgeAfterMs?: number;
}

type Send = (time: ManualTime) => Origin<CustomerId, Word>['send'];

const WORD: Word = { epoch: 1, ageMs: 0, outdated: false };
const MS = { call: 150, flight: 1_000, attempt: 500 };

/** A stack over `send`, whose breaker opens at four failures of four. */
function bench(build: Build, send: Send, { ms = {}, places = 1, hedgeAfterMs }: Given = {}): Bench {
  const time = manualTime();
  const sends: (readonly CustomerId[])[] = [];
  const wire = send(time);
  const limits = {
    maxEntries: 10,
    maxBytes: 1e6,
    freshFor: () => 60_000,
    staleMs: 300_000,
    staleIfErrorMs: 86_400_000,
  };
  const epochs = { ...createEpochs(), latest: 1 };
  const cache = createCache<CustomerId, Word>(limits, { keyOf: (id) => id, bytesOf: () => 0, epochs, time });
  const breaker = createCircuitBreaker(afterFailuresInARow({ failures: 4 }, time), {}, time);
  const recorded: Operation<readonly CustomerId[], Settled<Word>> = (ids, call) => {
    sends.push(ids);
    return wire(ids, call);
  };
  const limiter = createAdaptiveLimiter({ min: places, initial: places, max: places });
  const budget = createRetryBudget();
  const pace = { ...createHedgePace(), p95: hedgeAfterMs, allowance: 5 };
  const origin = { limiter, pushback: createPushback(), budget, breaker, send: recorded };
  const reads = build(origin, cache, {
    maxBatch: 100,
    maxRetries: 1,
    hedging: hedgeAfterMs === undefined ? asIs : hedge(pace, budget, time),
    memo: createFailureMemo(10, time),
    refreshed: () => {},
    ms: { ...MS, ...ms },
    time,
  });
  return {
    time,
    cache,
    breaker,
    sends,
    ask(id, call = unlimited) {
      const asked = { outcome: 'waiting' };
      reads.ask(parseCustomerId(id), call).then(
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
/** Fails after `ms`, whatever its signal says, and not to be retried. */
const refusingAfter =
  (ms: number, traits: FailureTraits = { fault: true }): Send =>
  (time) =>
  () =>
    new Promise((_, reject) => time.after(ms, () => reject(new Failure('SERVER', 'no', traits))));
const silent: Send = () => () => new Promise(() => {});

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
    says: 'a failure that many waited for is one failure of its key',
    of: ['single flight', 'memo'],
    expected: 2,
    async observe(build) {
      const { cache, time, ask, sends } = bench(build, refusingAfter(0));
      cache.set(parseCustomerId('c1'), WORD);
      await time.advance(400_000);
      for (const pauseMs of [1_300, 1]) {
        for (let caller = 0; caller < 5; caller += 1) ask('c1');
        await time.advance(pauseMs);
      }
      return sends.length;
    },
  },
  {
    says: 'a key that failed fails as it did, however much there is to do',
    of: ['memo', 'shed'],
    expected: ['SERVER', 'SERVER'],
    async observe(build) {
      const { time, ask } = bench(
        build,
        (clock) => (ids, call) => (ids[0] === 'c1' ? refusingAfter(0) : silent)(clock)(ids, call),
      );
      const first = ask('c1');
      await time.advance(10);
      ask('c2');
      await time.advance(10);
      const again = ask('c1');
      await time.advance(10);
      return [first.outcome, again.outcome];
    },
  },
  {
    says: 'who may be shed is refused by its own priority',
    of: ['shed', 'batch'],
    expected: ['OVERLOADED', 'waiting'],
    async observe(build) {
      const { time, ask } = bench(build, silent, { places: 10 });
      for (let caller = 0; caller < 8; caller += 1) {
        ask(`c${caller}`);
        await time.advance(1);
      }
      const sheddable = ask('c8', { ...unlimited, priority: 'sheddable' });
      const normal = ask('c9');
      await time.advance(1);
      return [sheddable.outcome, normal.outcome];
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
    says: 'the pause before a retry gets no company',
    of: ['retry', 'hedge'],
    expected: 1,
    async observe(build) {
      const { time, ask, sends } = bench(build, failing(100), { hedgeAfterMs: 50 });
      ask('c1');
      await time.advance(60);
      return sends.length;
    },
  },
  {
    says: 'every try is a sample of the breaker, not every call',
    of: ['hedge', 'breaker'],
    expected: 'open',
    async observe(build) {
      const { time, ask, breaker } = bench(build, refusingAfter(100), { hedgeAfterMs: 50 });
      for (const id of ['c1', 'c2']) {
        ask(id);
        await time.advance(200);
      }
      return breaker.state;
    },
  },
  {
    says: 'an attempt that never answers is a sample too',
    of: ['breaker', 'attempt'],
    expected: 'open',
    async observe(build) {
      const { time, ask, breaker } = bench(build, silent, { ms: { attempt: 50 } });
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

/**
 * A place ends with its flight, and what the service refuses to everybody is refused before anything else begins: who of
 * these stands outside makes no difference.
 */
const COMMUTING: readonly (readonly [Layer, Layer])[] = [
  ['flight', 'pushback'],
  ['pushback', 'limit'],
];
const ORDERS = [ORDER, ...COMMUTING.map(swapped)];

test.each(ORDERS)('a flight that ends gives its place back: %s', async (...order) => {
  const { time, ask, sends } = bench(builtFrom(order), answeringAfter(400), { ms: { flight: 100, attempt: 1_000 } });
  ask('c1');
  await time.advance(50);
  const second = ask('c2');
  await time.advance(60);
  ask('c3');
  await time.advance(10);
  expect([second.outcome, sends]).toEqual(['OVERLOADED', [['c1'], ['c3']]]);
});

test.each(ORDERS)('what is refused to everybody is not asked again for the time given: %s', async (...order) => {
  const { time, ask, sends } = bench(builtFrom(order), refusingAfter(10, { pushback: true, retryAfterMs: 2_000 }));
  ask('c1');
  await time.advance(20);
  const second = ask('c2');
  await time.advance(1_000);
  expect([second.outcome, sends]).toEqual(['SERVER', [['c1']]]);
});

test('every two neighbours have such an observation, but for those that may be exchanged', () => {
  const neighbours = ORDER.slice(1).map((inner, index) => [ORDER[index], inner]);
  expect([...PROBES.map(({ of }) => of), ...COMMUTING]).toEqual(expect.arrayContaining(neighbours));
});

test('different customers of one turn share a request', async () => {
  const { time, ask, sends } = bench(createStack, answering);
  ask('c1');
  ask('c2');
  await time.advance(1);
  expect(sends).toEqual([['c1', 'c2']]);
});
