import type { ServerResponse } from 'node:http';
import { expect, test, vi } from 'vitest';
import {
  drivenServer,
  type Facts,
  GENERATION,
  type Handler,
  problem,
  rawServer,
  reply,
  serving,
} from './driven-server.ts';
import { createSegmentClient } from './index.ts';
import { BAD_SHADOW_OPTIONS } from './shadow/bad-input.cases.ts';
import { type ShadowOptions, withShadow } from './shadow.ts';

const unhurried = { deadlineMs: 10_000, attemptTimeoutMs: 10_000, flightTimeoutMs: 10_000 };
/** Everything is copied, at once. */
const eager = { share: 1, maxPerSecond: 1_000, timeoutMs: 10_000 };

async function pairOf(served: Handler, candidate: Handler, options: Partial<ShadowOptions> = {}) {
  const [ours, theirs] = [await drivenServer(served), await drivenServer(candidate)];
  const client = withShadow(createSegmentClient({ baseUrl: ours.url, ...unhurried }), {
    baseUrl: theirs.url,
    ...eager,
    ...options,
  });
  return {
    ours,
    theirs,
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      await Promise.all([ours, theirs].map((server) => server[Symbol.asyncDispose]()));
    },
  };
}

const withFacts = (facts: Facts) => serving(() => facts);
const ids = Array.from({ length: 5 }, (_, index) => `customer-${index}`);

test('the same segments in another order match', async () => {
  await using pair = await pairOf(withFacts({ segmentIds: ['a', 'b'] }), withFacts({ segmentIds: ['b', 'a'] }));
  for (const id of ids) expect(await pair.client.lookup(id)).toMatchObject({ ok: true, segmentIds: ['a', 'b'] });
  await vi.waitFor(() => expect(pair.client.shadow()).toMatchObject({ match: 5, mismatch: 0, examples: [] }));
});

test('a mismatch says what differs, and of whom only as a hash', async () => {
  await using pair = await pairOf(
    withFacts({ segmentIds: ['a', 'b'] }),
    withFacts({ segmentIds: ['b', 'c'], known: false }),
    { hashKey: 'k1' },
  );
  await pair.client.lookup('customer-1');
  await vi.waitFor(() => expect(pair.client.shadow().mismatch).toBe(1));
  const { examples } = pair.client.shadow();
  expect(examples).toEqual([
    {
      customer: expect.stringMatching(/^[\w-]{22}$/),
      generation: GENERATION,
      known: { served: true, candidate: false },
      missing: ['a'],
      extra: ['c'],
    },
  ]);
  expect(JSON.stringify(pair.client.shadow())).not.toContain('customer-1');
});

test('a hash key makes hashes that can be found again, without one they end with the client', async () => {
  const customerOf = async (options: Partial<ShadowOptions>) => {
    await using pair = await pairOf(withFacts({ segmentIds: ['a'] }), withFacts({ segmentIds: [] }), options);
    await pair.client.lookup('c1');
    return await vi.waitFor(() => {
      const [example] = pair.client.shadow().examples;
      expect(example).toBeDefined();
      return example?.customer;
    });
  };
  expect(await customerOf({ hashKey: 'k1' })).toBe(await customerOf({ hashKey: 'k1' }));
  expect(await customerOf({ hashKey: 'k2' })).not.toBe(await customerOf({ hashKey: 'k1' }));
  expect(await customerOf({})).not.toBe(await customerOf({}));
});

test('answers of another generation are not compared', async () => {
  const newer = '20260915t031500z';
  const head = { headers: { 'segment-generation': newer } };
  const candidate = serving(() => ({ segmentIds: ['z'], generation: newer }), head);
  await using pair = await pairOf(withFacts({ segmentIds: ['a'] }), candidate);
  await pair.client.lookup('c1');
  await vi.waitFor(() => expect(pair.client.shadow()).toMatchObject({ unequalGeneration: 1, mismatch: 0 }));
});

test('hits, many at once and lookups that throw are copied too; a fallback has nothing to compare', async () => {
  const served: Handler = (asked, response) =>
    asked.path.includes('/broken/')
      ? reply(response, problem('internal', 500), { status: 500 })
      : serving()(asked, response);
  await using pair = await pairOf(served, serving());
  await pair.client.lookup('c1');
  await pair.client.lookup('c1');
  await pair.client.lookupMany(['c1', 'c2', 'c3']);
  await pair.client.lookupOrThrow('c4');
  await pair.client.lookup('broken');
  await expect(pair.client.lookupOrThrow('broken')).rejects.toMatchObject({ code: 'SERVER' });
  await vi.waitFor(() => expect(pair.client.shadow()).toMatchObject({ match: 6, unanswered: 2 }));
});

test('the newest mismatches are kept, as many as asked for', async () => {
  await using pair = await pairOf(
    withFacts({ segmentIds: ['a'] }),
    (asked, response) => serving(() => ({ segmentIds: [] }))(asked, response),
    { maxExamples: 2 },
  );
  for (const id of ids) await pair.client.lookup(id);
  await vi.waitFor(() => expect(pair.client.shadow().mismatch).toBe(5));
  expect(pair.client.shadow().examples).toHaveLength(2);
});

const silent = () => 'never answers';
const late = (response: ServerResponse, answer: () => void) => {
  const timer = setTimeout(answer, 300);
  response.once('close', () => clearTimeout(timer));
};

const CANDIDATES: readonly { readonly says: string; readonly handle: Handler }[] = [
  { says: 'never answers', handle: silent },
  { says: 'is slow', handle: (asked, response) => late(response, () => serving()(asked, response)) },
  { says: 'fails', handle: (_, response) => reply(response, problem('internal', 500), { status: 500 }) },
  { says: 'sheds load', handle: (_, response) => reply(response, problem('overloaded', 503), { status: 503 }) },
  { says: 'cuts the connection', handle: (_, response) => void response.destroy() },
  {
    says: 'answers a web page',
    handle: (_, response) => reply(response, '<html>', { headers: { 'content-type': 'text/html' } }),
  },
  { says: 'answers other customers', handle: (_, response) => reply(response, { customerId: 'other' }) },
  { says: 'answers wrong segments', handle: withFacts({ segmentIds: ['wrong'] }) },
];

/** Milliseconds of each of `rounds` lookups of customers nobody knows yet. */
async function latencies(lookup: (id: string) => Promise<unknown>, from: string): Promise<readonly number[]> {
  const measured: number[] = [];
  for (let round = 0; round < 200; round += 1) {
    const started = performance.now();
    await lookup(`${from}-${round}`);
    measured.push(performance.now() - started);
  }
  return measured;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** The same work in both; the rest is how a busy machine varies, which is not the same way in every round. */
const NO_SLOWER = 1.5;

test.each(CANDIDATES)('a candidate that $says slows and fails no lookup', { timeout: 60_000 }, async ({ handle }) => {
  await using pair = await pairOf(serving(), handle, { timeoutMs: 100 });
  await using alone = createSegmentClient({ baseUrl: pair.ours.url, ...unhurried });
  let calmest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 10 && calmest > NO_SLOWER; round += 1) {
    const baseline = median(await latencies((id) => alone.lookup(id), `alone-${round}`));
    const shadowed = median(await latencies((id) => pair.client.lookupOrThrow(id), `shadowed-${round}`));
    calmest = Math.min(calmest, shadowed / baseline);
  }
  expect(calmest).toBeLessThan(NO_SLOWER);
  expect(pair.client.stats()).toMatchObject({ errors: {}, origin: { breaker: 'closed', retryTokens: 10 } });
});

test('what a caller awaits is the promise of the client itself, settled before the candidate is asked', async () => {
  await using pair = await pairOf(serving(), silent);
  const bare = createSegmentClient({ baseUrl: pair.ours.url, ...unhurried });
  const readings: Promise<unknown>[] = [];
  const kept = <R extends Promise<unknown>>(reading: R): R => {
    readings.push(reading);
    return reading;
  };
  const client = {
    ...bare,
    lookup: (id: string) => kept(bare.lookup(id)),
    lookupMany: (many: Iterable<string>) => kept(bare.lookupMany(many)),
    lookupOrThrow: (id: string) => kept(bare.lookupOrThrow(id)),
  };
  await using shadowed = withShadow(client, { baseUrl: pair.theirs.url, ...eager, maxPerSecond: 20 });
  const awaited = [shadowed.lookup('c1'), shadowed.lookupMany(['c2', 'c3']), shadowed.lookupOrThrow('c4')];
  expect(awaited.map((reading, index) => reading === readings[index])).toEqual([true, true, true]);
  await Promise.all(awaited);
  expect(pair.theirs.requests).toEqual([]);
});

test('a candidate that is down is left alone: its breaker opens, the client’s stays closed even at the same origin and key', async () => {
  await using server = await drivenServer((asked, response) => {
    if (asked.path.startsWith('/next/')) return reply(response, problem('internal', 500), { status: 500 });
    serving()(asked, response);
  });
  const client = createSegmentClient({ baseUrl: server.url, apiKey: 'k1', ...unhurried });
  await using shadowed = withShadow(client, { baseUrl: `${server.url}/next`, apiKey: 'k1', ...eager });
  await vi.waitFor(async () => {
    await shadowed.lookup(`${Math.random()}`);
    expect(shadowed.shadow().breaker).toBe('open');
  });
  const asked = () => server.requests.filter(({ path }) => path.startsWith('/next/')).length;
  const before = asked();
  for (const id of ids) await shadowed.lookup(id);
  await vi.waitFor(() => expect(shadowed.shadow().failed.CIRCUIT_OPEN).toBeGreaterThanOrEqual(ids.length));
  expect(asked()).toBe(before);
  expect(shadowed.stats()).toMatchObject({ errors: {}, origin: { breaker: 'closed', retryTokens: 10 } });
});

test('a candidate that never answers holds one request and a hundred copies, the rest is dropped', async () => {
  await using pair = await pairOf(serving(), silent);
  const many = Array.from({ length: 1_000 }, (_, index) => `c${index}`);
  await pair.client.lookupMany(many);
  await pair.theirs.received(1);
  await pair.client.lookupMany(many);
  expect(pair.client.shadow().dropped).toBeGreaterThanOrEqual(1_780); // 2,000 but one batch of 20 and two times 100 waiting
  expect(pair.theirs.requests).toHaveLength(1);
});

test('nobody listens at the candidate: counted as NETWORK', async () => {
  const gone = await rawServer(() => {});
  await gone[Symbol.asyncDispose]();
  await using pair = await pairOf(serving(), serving(), { baseUrl: gone.url });
  expect(await pair.client.lookup('c1')).toMatchObject({ ok: true });
  await vi.waitFor(() => expect(pair.client.shadow().failed).toEqual({ NETWORK: 1 }));
});

test('closing ends both; what waited is not sent', async () => {
  await using pair = await pairOf(serving(), serving(), { maxPerSecond: 20 });
  await pair.client.lookup('c1');
  await pair.client.close();
  expect(await pair.client.lookup('c1')).toMatchObject({ ok: false, error: { code: 'CLOSED' } });
  expect(pair.theirs.requests).toEqual([]);
});

test('the candidate is asked with its own key', async () => {
  await using pair = await pairOf(serving(), serving(), { apiKey: 'candidate-key' });
  await pair.client.lookup('c1');
  await pair.theirs.received(1);
  expect(pair.theirs.requests[0]?.headers.authorization).toBe('Bearer candidate-key');
  expect(pair.ours.requests[0]?.headers.authorization).toBeUndefined();
});

test.each(BAD_SHADOW_OPTIONS)('$error.name naming $names', async ({ options, error, names }) => {
  await using client = createSegmentClient({ baseUrl: 'http://127.0.0.1:9' });
  const create = () => Reflect.apply(withShadow, undefined, [client, options]);
  expect(create).toThrow(error);
  for (const name of names) expect(create).toThrow(name);
});
