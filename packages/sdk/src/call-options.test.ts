import { expect, test } from 'vitest';
import { customersIn, drivenServer, reply, serving } from './driven-server.ts';
import { createSegmentClient, type FailedRead } from './index.ts';

/** Deadlines far above what a busy machine needs: what ends a call here is never the clock. */
const unhurried = { deadlineMs: 10_000, attemptTimeoutMs: 10_000, flightTimeoutMs: 10_000 };

test('a deadline inherited from the caller shortens a read; one that has passed leaves what is known', async () => {
  await using server = await drivenServer((asked, response) => {
    if (customersIn(asked)[0] === 'c1') serving()(asked, response);
  });
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  const begun = performance.now();
  expect(await client.lookup('c2', { deadlineAt: begun + 30 })).toMatchObject({ error: { code: 'TIMEOUT' } });
  expect(await client.lookup('c3', { deadlineAt: begun - 5 })).toMatchObject({ error: { code: 'TIMEOUT' } });
  expect(await client.lookup('c1', { deadlineAt: begun + 9_000 })).toMatchObject({ ok: true });
  expect(await client.lookup('c1', { deadlineAt: begun - 5 })).toMatchObject({ ok: true, servedFrom: 'cache' });
  expect(performance.now() - begun).toBeLessThan(5_000);
});

test('a trace goes along with the request made for it, and with none that others share', async () => {
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  const [one, other] = ['a', 'b'].map((digit) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`);
  await client.lookup('c1', { traceparent: one });
  await client.lookupMany(['c2', 'c3'], { traceparent: one });
  await Promise.all([client.lookup('c4', { traceparent: one }), client.lookup('c5', { traceparent: other })]);
  await client.lookup('c6', { traceparent: 'x\r\nevil: 1' });
  expect(server.requests.map(({ headers }) => headers.traceparent)).toEqual([one, one, undefined, undefined]);
});

const DOWN = async () => drivenServer((_, response) => reply(response, {}, { status: 500 }));

test('a fallback can be a function, of the client or of the call; it learns who and why', async () => {
  await using server = await DOWN();
  const fallback = ({ customerId, error }: FailedRead) => [`${customerId}:${error.code}`];
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried, fallback });
  expect((await client.lookup('c1')).segmentIds).toEqual(['c1:SERVER']);
  expect(await client.isMember('c1', 'c1:SERVER')).toBe(true);
  expect((await client.lookup('c2', { fallback: async () => ['vip'] })).segmentIds).toEqual(['vip']);
  expect((await client.lookupMany(['c3', ''])).get('c3')?.segmentIds).toEqual(['c3:SERVER']);
});

test.each([
  [
    'throws',
    () => {
      throw new Error('x');
    },
  ],
  ['rejects', () => Promise.reject(new Error('x'))],
  ['never settles', () => new Promise<string[]>(() => {})],
  ['gives no list', () => JSON.parse('"vip"')],
  [
    'gives a list that throws',
    () =>
      new Proxy([], {
        get: () => {
          throw new Error('x');
        },
      }),
  ],
  [
    'gives a promise that throws',
    () =>
      Object.defineProperty(Promise.resolve(['vip']), 'then', {
        get: () => {
          throw new Error('x');
        },
      }),
  ],
])('a fallback that %s counts as none, within the deadline', async (_, fallback) => {
  await using server = await DOWN();
  await using client = createSegmentClient({ baseUrl: server.url, deadlineMs: 100, fallback });
  const begun = performance.now();
  const fallen = { ok: false, servedFrom: 'fallback', segmentIds: [] };
  expect(await client.lookup('c1')).toMatchObject(fallen);
  expect(await client.lookup('')).toMatchObject(fallen);
  expect(await client.isMember('c2', 'vip')).toBe(false);
  expect(performance.now() - begun).toBeLessThan(1_000);
});
