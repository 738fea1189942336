import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { manualTime } from '@segment-store/resilience/manual-time';
import { expect, test, vi } from 'vitest';
import { createClient } from './client.ts';
import {
  COMPUTED_AT,
  customersIn,
  drivenServer,
  type Facts,
  GENERATION,
  problem,
  reply,
  segmentsOf,
  serving,
  servingWhile,
  skippingTime,
} from './driven-server.ts';
import { type ClientOptions, createSegmentClient, SegmentLookupError } from './index.ts';
import { resolveOptions } from './options.ts';

const answer = {
  ok: true,
  segmentIds: ['recurrent:store:17'],
  known: true,
  complete: true,
  generation: GENERATION,
  computedAt: COMPUTED_AT,
};

/** Deadlines far above what a busy machine needs: what ends a call here is never the clock. */
const unhurried = { deadlineMs: 10_000, attemptTimeoutMs: 10_000, flightTimeoutMs: 10_000 };

function clientWithClock(options: ClientOptions) {
  const time = skippingTime();
  return { time, client: createClient(resolveOptions({ ...unhurried, ...options }), time) };
}

test('the first lookup is asked, the second served from the cache', async () => {
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  expect(await client.lookup('c1')).toEqual({ ...answer, servedFrom: 'server', ageMs: 0 });
  expect(await client.lookup('c1')).toEqual({ ...answer, servedFrom: 'cache', ageMs: expect.any(Number) });
  expect(client.peek('c1')).toMatchObject({ servedFrom: 'cache' });
  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v1/customers/c1/segments']);
});

test('a request says who asks, with which key, and how long anyone waits', async () => {
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: `${server.url}/eu/`, apiKey: 'k1', attemptTimeoutMs: 120 });
  await client.lookup('c1');
  const [asked] = server.requests;
  expect(asked?.path).toBe('/eu/v1/customers/c1/segments');
  expect(asked?.headers).toMatchObject({
    accept: 'application/json',
    authorization: 'Bearer k1',
    'user-agent': expect.stringMatching(/^segment-store-sdk\/\d/),
  });
  expect(Number(asked?.headers['x-request-timeout-ms'])).toSatisfy((ms: number) => ms > 0 && ms <= 120);
});

test('ids travel as they are: slashes, dots, emoji and prototype names', async () => {
  const ids = ['a/b', '../..', '%2e%2e', 'é😀', '__proto__', 'constructor', ' ', 'a?b#c', 'x'.repeat(512)];
  await using server = await drivenServer(serving((id) => ({ segmentIds: [`s${ids.indexOf(id)}`] })));
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  for (const [index, id] of ids.entries())
    expect(await client.lookup(id)).toMatchObject({ ok: true, segmentIds: [`s${index}`] });
  const many = await client.lookupMany(ids);
  expect([...many.keys()]).toEqual(ids);
});

test('an unknown customer is an answer, not a fallback', async () => {
  await using server = await drivenServer(serving(() => ({ known: false, segmentIds: [] })));
  await using client = createSegmentClient({ baseUrl: server.url, fallback: ['vip'], ...unhurried });
  expect(await client.lookup('nobody')).toMatchObject({ ok: true, known: false, segmentIds: [] });
});

test.each([
  { says: 'private, max-age=5', after: [4_000, 6_000] },
  { says: 'Max-Age=200', after: [170_000, 230_000] },
  { says: 'max-age=86400, no more than `staleMs`', after: [260_000, 331_000] },
  { says: 'max-age=0', after: [undefined, 0] },
  { says: 'max-age=soon', after: [50_000, 70_000] },
  { says: 'no-store', after: [50_000, 70_000] },
  { says: 'max-age=5', freshMs: 30_000, after: [26_000, 34_000] },
] as const)('the service says how long an answer is fresh: $says, $freshMs', async ({ says, after, ...options }) => {
  await using server = await drivenServer(serving(() => ({}), { headers: { 'cache-control': says } }));
  const { time, client } = clientWithClock({ baseUrl: server.url, ...options });
  await client.lookup('c1');
  const [fresh, stale] = after;
  if (fresh !== undefined) time.skip(fresh);
  if (fresh !== undefined) expect(client.peek('c1')).toMatchObject({ servedFrom: 'cache' });
  time.skip(stale - (fresh ?? 0));
  expect(client.peek('c1')?.servedFrom).not.toBe('cache');
  await client.close();
});

test('1,000 concurrent misses of one customer make one request', async () => {
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  const lookups = await Promise.all(Array.from({ length: 1_000 }, () => client.lookup('c1')));
  expect(lookups).toSatisfy((all: typeof lookups) => all.every(({ ok }) => ok));
  expect(server.requests).toHaveLength(1);
});

test('50 customers of one turn travel in one POST, one customer in a GET', async () => {
  await using server = await drivenServer(serving((id) => ({ segmentIds: [`s:${id}`] })));
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  const ids = Array.from({ length: 50 }, (_, index) => `c${index}`);
  const lookups = await Promise.all(ids.map((id) => client.lookup(id)));
  expect(lookups.map(({ segmentIds }) => segmentIds)).toEqual(ids.map((id) => [`s:${id}`]));
  await client.lookup('alone');
  expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
});

test('lookupMany asks each id once, in batches of 100, and keys the map by what was given', async () => {
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  const ids = Array.from({ length: 2_500 }, (_, index) => `c${index % 2_050}`);
  const lookups = await client.lookupMany(ids);
  expect(lookups.size).toBe(2_050);
  expect([...lookups.values()]).toSatisfy((all: readonly { ok: boolean }[]) => all.every(({ ok }) => ok));
  const sizes = server.requests.map((asked) => customersIn(asked).length);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(2_050);
  expect(Math.max(...sizes)).toBe(100);
});

test('one failed customer of a batch does not take the others along', async () => {
  await using server = await drivenServer((asked, response) => {
    const items = customersIn(asked).map((id) =>
      id === 'c2'
        ? { customerId: id, status: 503, error: problem('store-unavailable', 503) }
        : { ...segmentsOf(id), status: 200 },
    );
    reply(response, { items });
  });
  await using client = createSegmentClient({ baseUrl: server.url, fallback: ['vip'], ...unhurried });
  const lookups = await client.lookupMany(['c1', 'c2', 'c3']);
  expect(lookups.get('c1')).toMatchObject({ ok: true });
  expect(lookups.get('c2')).toMatchObject({ ok: false, segmentIds: ['vip'], error: { code: 'SERVER', attempts: 1 } });
});

test('a joiner with little time left leaves first, and the answer still fills the cache', async () => {
  let answerNow = () => {};
  await using server = await drivenServer((asked, response) => {
    answerNow = () => serving()(asked, response);
  });
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  const order: string[] = [];
  const patient = client.lookup('c1').then(({ servedFrom }) => order.push(servedFrom));
  await server.received(1);
  const joiner = await client.lookup('c1', { deadlineMs: 30 });
  order.push('joiner');
  expect(joiner).toMatchObject({ ok: false, error: { code: 'TIMEOUT' } });
  answerNow();
  await patient;
  expect(order).toEqual(['joiner', 'server']);
  expect(client.peek('c1')).toMatchObject({ ok: true });
  expect(server.requests).toHaveLength(1);
});

test('an answer that comes after every caller has left still fills the cache', async () => {
  let answerNow = () => {};
  await using server = await drivenServer((asked, response) => {
    answerNow = () => serving()(asked, response);
  });
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried, deadlineMs: 30 });
  expect(await client.lookup('c1')).toMatchObject({ ok: false, error: { code: 'TIMEOUT' } });
  await server.received(1);
  answerNow();
  await vi.waitFor(() => expect(client.peek('c1')).toMatchObject({ ok: true }));
});

test('a caller that aborts gets its fallback; a joiner of the same request its answer', async () => {
  let answerNow = () => {};
  await using server = await drivenServer((asked, response) => {
    answerNow = () => serving()(asked, response);
  });
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  const controller = new AbortController();
  const aborting = client.lookup('c1', { signal: controller.signal, fallback: ['vip'] });
  const joining = client.lookup('c1');
  await server.received(1);
  controller.abort();
  expect(await aborting).toMatchObject({ ok: false, segmentIds: ['vip'], error: { code: 'ABORTED' } });
  answerNow();
  expect(await joining).toMatchObject({ ok: true });
});

test('a signal that lives long is left as it was, whatever became of the calls', async () => {
  await using server = await drivenServer((asked, response) =>
    customersIn(asked)[0] === 'broken' ? reply(response, {}, { status: 500 }) : serving()(asked, response),
  );
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  const { signal } = new AbortController();
  const ids = ['c1', 'c1', '', 'broken', ...Array.from({ length: 200 }, (_, index) => `c${index}`)];
  await Promise.all(ids.map((id) => client.lookup(id, { signal })));
  await client.lookupMany(ids, { signal });
  await client.isMember('c1', 'new', { signal });
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test.each([
  { of: 'the call', client: 10_000, call: 20 },
  { of: 'the client', client: 20, call: 60_000 },
])('of two deadlines the shorter counts: that of $of', async ({ client: deadlineMs, call }) => {
  await using server = await drivenServer(() => {});
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried, deadlineMs });
  expect(await client.lookup('c1', { deadlineMs: call })).toMatchObject({ error: { code: 'TIMEOUT' } });
});

test('fallback: per client, per call, and a membership is in it or not', async () => {
  await using server = await drivenServer((_, response) => reply(response, {}, { status: 500 }));
  await using client = createSegmentClient<'vip' | 'new'>({ baseUrl: server.url, fallback: ['vip'], ...unhurried });
  expect((await client.lookup('c1')).segmentIds).toEqual(['vip']);
  expect((await client.lookup('c1', { fallback: ['new'] })).segmentIds).toEqual(['new']);
  expect(await client.isMember('c1', 'vip')).toBe(true);
  expect(await client.isMember('c1', 'new')).toBe(false);
  expect(await client.isMember('c1', 'new', { fallback: ['new'] })).toBe(true);
});

test('lookupOrThrow answers as lookup, or rejects with the code', async () => {
  await using server = await drivenServer((asked, response) =>
    customersIn(asked)[0] === 'c1' ? serving()(asked, response) : reply(response, {}, { status: 401 }),
  );
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  expect((await client.lookupOrThrow('c1')).generation).toBe(GENERATION);
  const rejection = await client.lookupOrThrow('c2').catch((error) => error);
  expect(rejection).toBeInstanceOf(SegmentLookupError);
  expect(rejection).toMatchObject({ name: 'SegmentLookupError', code: 'UNAUTHORIZED', attempts: 1 });
  expect(rejection.message).not.toContain('c2');
});

const IN: Facts = { segmentIds: ['recurrent:store:17'], complete: false };

test('a membership is taken from a known answer where that decides', async () => {
  await using server = await drivenServer(serving((id) => (id === 'whole' ? { segmentIds: [] } : IN)));
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  await client.lookupMany(['whole', 'part']);
  expect(await client.checkMember('whole', 'new:all')).toMatchObject({ ok: true, member: false, servedFrom: 'cache' });
  expect(await client.checkMember('part', 'recurrent:store:17')).toMatchObject({ member: true, servedFrom: 'cache' });
  expect(server.requests).toHaveLength(1);
});

test('an incomplete answer cannot say no: the membership endpoint is asked, once a pair', async () => {
  await using server = await drivenServer(serving(() => IN));
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  await client.lookup('part');
  expect(await client.checkMember('part', 'not:b')).toMatchObject({ ok: true, member: false, servedFrom: 'server' });
  expect(await client.checkMember('part', 'not:b')).toMatchObject({ ok: true, member: false, servedFrom: 'cache' });
  expect(server.requests.map(({ path }) => path)).toEqual([
    '/v1/customers/part/segments',
    '/v1/customers/part/segments/not:b',
  ]);
});

test('100 memberships at once, nothing known: one request, and every answer right', async () => {
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  const ids = Array.from({ length: 100 }, (_, index) => `c${index}`);
  const members = await Promise.all(ids.map((id) => client.checkMember(id, 'recurrent:store:17')));
  expect(members).toSatisfy((all: typeof members) => all.every(({ ok, member }) => ok && member));
  expect(server.requests.map(({ path }) => path)).toEqual(['/v1/lookups']);
});

test('the deadline holds for a membership that takes two requests', async () => {
  let answerNow = () => {};
  await using server = await drivenServer((asked, response) => {
    answerNow = () => serving(() => IN)(asked, response);
  });
  const time = manualTime();
  const client = createClient(resolveOptions({ baseUrl: server.url, deadlineMs: 150 }), time);
  const member = client.checkMember('c1', 'not:b');
  await server.received(1);
  await time.advance(100);
  answerNow();
  await server.received(2);
  await time.advance(51);
  expect(await member).toMatchObject({ ok: false, error: { code: 'TIMEOUT' } });
  await client.close();
});

test('a segment the service does not have is UNKNOWN_SEGMENT', async () => {
  await using server = await drivenServer((asked, response) => {
    if (!asked.path.endsWith('/tpyo')) return serving(() => IN)(asked, response);
    reply(response, problem('unknown-segment', 404), { status: 404 });
  });
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  expect(await client.checkMember('c1', 'tpyo')).toEqual({
    ok: false,
    member: false,
    servedFrom: 'fallback',
    error: { code: 'UNKNOWN_SEGMENT', attempts: 1 },
  });
});

test('a stale answer is served at once and refreshed behind', async () => {
  let segmentIds = ['old'];
  await using server = await drivenServer((asked, response) => serving(() => ({ segmentIds }))(asked, response));
  const { client, time } = clientWithClock({ baseUrl: server.url });
  await client.lookup('c1');
  segmentIds = ['new'];
  time.skip(120_000);
  expect(await client.lookup('c1')).toMatchObject({
    servedFrom: 'stale',
    segmentIds: ['old'],
    ageMs: expect.any(Number),
  });
  await vi.waitFor(() => expect(client.peek('c1')).toMatchObject({ servedFrom: 'cache', segmentIds: ['new'] }));
  expect(server.requests).toHaveLength(2);
  await client.close();
});

test('an expired answer is asked again, and served with the reason when that fails', async () => {
  let broken = false;
  await using server = await drivenServer(servingWhile(() => !broken));
  const { client, time } = clientWithClock({ baseUrl: server.url });
  await client.lookup('c1');
  broken = true;
  time.skip(3_600_000);
  expect(client.peek('c1')).toBeUndefined();
  expect(await client.lookup('c1')).toEqual({
    ...answer,
    servedFrom: 'stale',
    ageMs: expect.any(Number),
    error: { code: 'SERVER', attempts: 1 },
  });
  expect(await client.checkMember('c1', 'recurrent:store:17')).toMatchObject({
    ok: true,
    member: true,
    servedFrom: 'stale',
  });
  time.skip(86_400_000);
  expect(await client.lookup('c1')).toMatchObject({ ok: false, error: { code: 'SERVER' } });
  await client.close();
});

test('an answer of an older generation than the server’s own is stale', async () => {
  const flagged = { headers: { 'segment-stale': '?1', age: '7' } };
  await using server = await drivenServer(serving(() => ({ generation: '20260913t031500z' }), flagged));
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  expect(await client.lookup('c1')).toMatchObject({ ok: true, servedFrom: 'stale', ageMs: 7_000 });
});

/** A service whose epoch, floor and answers the test sets. */
async function generations() {
  const now = { epoch: 1, floor: 0, segmentIds: ['first'], down: false };
  const server = await drivenServer((asked, response) => {
    const headers = { 'segment-epoch': String(now.epoch), 'segment-epoch-floor': String(now.floor) };
    if (now.down) return void response.destroy();
    serving(() => ({ segmentIds: now.segmentIds }), { headers })(asked, response);
  });
  return { now, server };
}

test('after a publish, answers of the generation before are refreshed behind, spread over 30 s', async () => {
  const { now, server } = await generations();
  await using _ = server;
  const { client, time } = clientWithClock({ baseUrl: server.url });
  const ids = Array.from({ length: 300 }, (_, index) => `c${index}`);
  await client.lookupMany(ids);
  Object.assign(now, { epoch: 2, segmentIds: ['second'] });
  await client.lookup('tells of it');
  const refreshed = () => ids.filter((id) => client.peek(id)?.segmentIds[0] === 'second').length;
  const readUntilQuiet = async () => {
    for (let before = -1; before !== refreshed(); ) {
      before = refreshed();
      expect(await Promise.all(ids.map((id) => client.lookup(id)))).toMatchObject(ids.map(() => ({ ok: true })));
      await turn(); // what is refreshed departs
      await turn();
      await vi.waitFor(() => expect(client.stats().origin.inFlight).toBe(0));
    }
    return refreshed();
  };
  expect(client.peek('c1')).toMatchObject({ servedFrom: 'stale', segmentIds: ['first'] });
  expect(await readUntilQuiet()).toBeLessThan(60);
  time.skip(15_000);
  expect(await readUntilQuiet()).toSatisfy((count: number) => count > 90 && count < 210);
  time.skip(15_000);
  expect(await readUntilQuiet()).toBe(300);
  await client.close();
});

test('after a roll back, answers below the floor are never served again, not even in an outage', async () => {
  const { now, server } = await generations();
  await using _ = server;
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  await client.lookup('c1');
  Object.assign(now, { epoch: 3, floor: 3, segmentIds: ['third'] });
  await client.lookup('c2');
  now.down = true;
  expect(client.peek('c1')).toBeUndefined();
  expect(await client.lookup('c1')).toMatchObject({ ok: false, error: { code: 'NETWORK' } });
});

test('an answer below the floor that comes late is neither served nor kept', async () => {
  const { now, server } = await generations();
  await using _ = server;
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  Object.assign(now, { epoch: 3, floor: 3 });
  await client.lookup('c2');
  Object.assign(now, { epoch: 2, floor: 0, segmentIds: ['withdrawn'] });
  expect(await client.lookup('c1')).toMatchObject({ ok: false, error: { code: 'SERVER', attempts: 2 } });
  expect(client.peek('c1')).toBeUndefined();
});

test('a reply whose floor is above its own epoch is not believed', async () => {
  const { now, server } = await generations();
  await using _ = server;
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  now.floor = 999_999_999_999_999;
  expect(await client.lookup('c1')).toMatchObject({ ok: false, error: { code: 'PROTOCOL' } });
  now.floor = 0;
  expect(await client.lookup('c2')).toMatchObject({ ok: true });
});

test.each([0, 50])('a store built anew begins at epoch 1: after 60 s it is believed (floor was %d)', async (floor) => {
  const { now, server } = await generations();
  await using _ = server;
  const { client, time } = clientWithClock({ baseUrl: server.url });
  Object.assign(now, { epoch: 50, floor });
  await client.lookup('c1');
  Object.assign(now, { epoch: 1, floor: 0, segmentIds: ['anew'] });
  expect(await client.lookup('c2')).toMatchObject(floor === 0 ? { ok: true } : { ok: false });
  time.skip(59_000);
  await client.lookup('c3');
  expect(client.stats().origin).toMatchObject({ epoch: 50, floor });
  time.skip(2_000);
  expect(await client.lookup('c4')).toMatchObject({ ok: true, servedFrom: 'server' });
  expect(client.stats().origin).toMatchObject({ epoch: 1, floor: 0 });
  expect(client.peek('c1')).toBeUndefined();
  expect(client.peek('c4')).toMatchObject({ servedFrom: 'cache' });
  await client.close();
});

test('servers that are behind are not a store built anew while any server knows better', async () => {
  const { now, server } = await generations();
  await using _ = server;
  const { client, time } = clientWithClock({ baseUrl: server.url });
  for (const epoch of [50, 49, 50, 49]) {
    Object.assign(now, { epoch });
    await client.lookup(`c${client.stats().served.server}`);
    time.skip(40_000);
  }
  expect(client.stats().origin.epoch).toBe(50);
  await client.close();
});

test('a segment missing at a server that is behind a publish may exist', async () => {
  let epoch = '2';
  await using server = await drivenServer((asked, response) => {
    if (!asked.path.endsWith('/new:b'))
      return serving(() => IN, { headers: { 'segment-epoch': '2' } })(asked, response);
    reply(response, problem('unknown-segment', 404), { status: 404, headers: { 'segment-epoch': epoch } });
  });
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  expect(await client.checkMember('c1', 'new:b')).toMatchObject({ error: { code: 'UNKNOWN_SEGMENT' } });
  epoch = '1';
  expect(await client.checkMember('c2', 'new:b')).toMatchObject({ error: { code: 'SERVER', attempts: 2 } });
});

test('the breaker leaves a failing service alone, and lets it back', async () => {
  let broken = true;
  await using server = await drivenServer(servingWhile(() => !broken));
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  for (let call = 0; call < 20; call += 1) await client.lookup(`c${call}`);
  expect(await client.lookup('next')).toMatchObject({ error: { code: 'CIRCUIT_OPEN', attempts: 0 } });
  expect(server.requests).toHaveLength(20);
  expect(client.stats().origin.breaker).toBe('open');
  broken = false;
  await vi.waitFor(async () => expect(await client.lookup('next')).toMatchObject({ ok: true }), { timeout: 5_000 });
  expect(client.stats().origin.breaker).toBe('closed');
});

test('100 customers in 2,000 segments each are answered in one reply', async () => {
  const segmentIds = Array.from({ length: 2_000 }, (_, index) => `recurrent:category:${index}`);
  await using server = await drivenServer(serving(() => ({ segmentIds })));
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  const lookups = await client.lookupMany(Array.from({ length: 100 }, (_, index) => `c${index}`));
  expect([...lookups.values()]).toSatisfy((all: readonly { ok: boolean }[]) => all.every(({ ok }) => ok));
});

test('replies too large for us say nothing of the service: the breaker stays closed', async () => {
  const body = ' '.repeat(16 * 1024 * 1024 + 1);
  await using server = await drivenServer((_, response) => reply(response, body));
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  for (let call = 0; call < 21; call += 1) {
    expect(await client.lookup(`c${call}`)).toMatchObject({ error: { code: 'PROTOCOL' } });
  }
  expect(client.stats().origin.breaker).toBe('closed');
});

test('retries stop at half of the budget', async () => {
  await using server = await drivenServer((_, response) =>
    reply(response, '', { status: 503, headers: { 'retry-after': '0' } }),
  );
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  const attempts: number[] = [];
  for (let call = 0; call < 8; call += 1) {
    const lookup = await client.lookup(`c${call}`);
    attempts.push(lookup.ok ? 0 : lookup.error.attempts);
  }
  expect(attempts).toEqual([2, 2, 2, 2, 2, 1, 1, 1]);
  expect(client.stats().origin.retryTokens).toBe(5);
});

test('ready says ready, stale, or unavailable, and never rejects', async () => {
  await using current = await drivenServer((_, response) => reply(response, { segments: [] }));
  await using older = await drivenServer((_, response) => reply(response, {}, { headers: { 'segment-stale': '?1' } }));
  await using refusing = await drivenServer((_, response) => reply(response, {}, { status: 401 }));
  await using silent = await drivenServer(() => {});
  const ready = async (baseUrl: string) => {
    await using client = createSegmentClient({ baseUrl });
    return await client.ready({ timeoutMs: baseUrl === silent.url ? 50 : 10_000 });
  };
  expect(await ready(current.url)).toBe('ready');
  expect(await ready(older.url)).toBe('stale');
  expect(await ready(refusing.url)).toBe('unavailable');
  expect(await ready(silent.url)).toBe('unavailable');
});

test('ready waits for a service that is still starting', async () => {
  await using server = await drivenServer((_, response) =>
    reply(response, {}, { status: server.requests.length < 3 ? 503 : 200 }),
  );
  await using client = createSegmentClient({ baseUrl: server.url });
  expect(await client.ready({ timeoutMs: 10_000 })).toBe('ready');
});

test('after close reads answer CLOSED, also those on their way', async () => {
  await using server = await drivenServer(() => {});
  const client = createSegmentClient({ baseUrl: server.url, fallback: ['vip'], ...unhurried });
  const waiting = client.lookup('c1');
  await server.received(1);
  await Promise.all([client.close(), client.close()]);
  const fallback = { ok: false, servedFrom: 'fallback', segmentIds: ['vip'] };
  expect(await waiting).toEqual({ ...fallback, error: { code: 'CLOSED', attempts: 1 } });
  expect(await client.lookup('c1')).toEqual({ ...fallback, error: { code: 'CLOSED', attempts: 0 } });
  expect(await client.isMember('c1', 'vip')).toBe(true);
  expect(client.peek('c1')).toBeUndefined();
  expect(await client.ready()).toBe('unavailable');
  await client.close();
});

test('stats count reads by where they were served from, and failures by code', async () => {
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  await client.lookup('c1');
  await client.lookup('c1');
  await client.lookup('');
  const { served, errors, cache } = client.stats();
  expect(served).toEqual({ server: 1, cache: 1, bootstrap: 0, stale: 0, fallback: 1 });
  expect(errors).toEqual({ INVALID_ID: 1 });
  expect(cache).toEqual({ entries: 1, bytes: expect.any(Number) });
});

test('what a caller does to an answer does not reach the next caller', async () => {
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  await client.lookup('c1');
  const first = client.peek('c1');
  if (!first?.ok) throw new Error('not in the cache');
  expect(() => first.computedAt.setFullYear(1999)).toThrow(TypeError);
  expect(() => Reflect.apply(Array.prototype.push, first.segmentIds, ['x'])).toThrow(TypeError);
  expect(client.peek('c1')).toMatchObject({ computedAt: COMPUTED_AT, segmentIds: ['recurrent:store:17'] });
});

test('reads work without their client: ids.map(client.lookup)', async () => {
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  const { lookup } = client;
  expect(await Promise.all(['c1', 'c2'].map((id) => lookup(id)))).toMatchObject([{ ok: true }, { ok: true }]);
});
