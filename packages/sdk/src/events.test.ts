import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { expect, test } from 'vitest';
import { createClient } from './client.ts';
import { customersIn, drivenServer, reply, serving, servingWhile, skippingTime } from './driven-server.ts';
import { createSegmentClient } from './index.ts';
import { resolveOptions } from './options.ts';

const unhurried = { deadlineMs: 10_000, attemptTimeoutMs: 10_000, flightTimeoutMs: 10_000 };

/** What is published on a channel while it is held. */
function heard(name: string): Disposable & { readonly messages: unknown[] } {
  const messages: unknown[] = [];
  const onMessage = (message: unknown) => messages.push(message);
  subscribe(name, onMessage);
  return { messages, [Symbol.dispose]: () => unsubscribe(name, onMessage) };
}

/** Answers everybody but `broken`. */
const halfBroken = () =>
  drivenServer((asked, response) =>
    customersIn(asked)[0] === 'broken' ? reply(response, {}, { status: 500 }) : serving()(asked, response),
  );

test('every read is told with where it was served from and why, and never of whom', async () => {
  await using server = await halfBroken();
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  using told = heard('segment-store:lookup');
  await client.lookup('c1');
  await client.lookup('c1');
  client.peek('c1');
  await client.lookup('broken');
  await client.isMember('c1', 'recurrent:store:17');
  await client.lookup('');
  expect(told.messages).toEqual([
    { read: 'segments', servedFrom: 'server', ageMs: 0 },
    { read: 'segments', servedFrom: 'cache', ageMs: expect.any(Number) },
    { read: 'segments', servedFrom: 'cache', ageMs: expect.any(Number) },
    { read: 'segments', servedFrom: 'fallback', code: 'SERVER', attempts: 1 },
    { read: 'membership', servedFrom: 'cache', ageMs: expect.any(Number) },
    { read: 'segments', servedFrom: 'fallback', code: 'INVALID_ID', attempts: 0 },
  ]);
});

test('reads that ask are traced from beginning to end, with their event as result', async () => {
  await using server = await halfBroken();
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  await client.lookup('known');
  const steps: unknown[] = [];
  const step = (name: string) => (context: object) => {
    steps.push('result' in context ? [name, context.result] : [name]);
  };
  const subscribers = {
    start: step('start'),
    end: step('end'),
    asyncStart: step('asyncStart'),
    asyncEnd: step('asyncEnd'),
    error: step('error'),
  };
  const trace = tracingChannel<unknown, object>('segment-store:ask');
  trace.subscribe(subscribers);
  expect(await client.lookup('known')).toMatchObject({ ok: true });
  expect(await client.lookup('c1')).toMatchObject({ ok: true, segmentIds: ['recurrent:store:17'] });
  expect(await client.checkMember('broken', 'a')).toMatchObject({ ok: false });
  trace.unsubscribe(subscribers);
  const asked = { read: 'segments', servedFrom: 'server', ageMs: 0 };
  const fell = { read: 'membership', servedFrom: 'fallback', code: 'SERVER', attempts: 1 };
  expect(steps).toEqual([
    ['start'],
    ['end'],
    ['asyncStart', asked],
    ['asyncEnd', asked],
    ['start'],
    ['end'],
    ['asyncStart', fell],
    ['asyncEnd', fell],
  ]);
});

test('refreshes, the circuit and the limit are told of', async () => {
  let broken = false;
  await using server = await drivenServer(servingWhile(() => !broken));
  using refreshes = heard('segment-store:refresh');
  using circuit = heard('segment-store:breaker');
  const time = skippingTime();
  const client = createClient(resolveOptions({ baseUrl: server.url, ...unhurried }), time);
  const refreshed = async (count: number) => {
    time.skip(120_000);
    await client.lookup('c1');
    while (refreshes.messages.length < count) await new Promise(setImmediate);
  };
  await client.lookup('c1');
  await refreshed(1);
  broken = true;
  await refreshed(2);
  for (let call = 0; call < 25; call += 1) await client.lookup(`c${call + 2}`);
  expect(refreshes.messages).toEqual([{}, { code: 'SERVER' }]);
  expect(circuit.messages).toEqual([{ origin: server.url, state: 'open' }]);
  await client.close();
});

test('a limit that moves is told of', async () => {
  await using server = await drivenServer(() => {});
  using limits = heard('segment-store:limit');
  await using client = createSegmentClient({ baseUrl: server.url, deadlineMs: 5_000, attemptTimeoutMs: 20 });
  await client.lookup('c1');
  expect(limits.messages).toEqual([{ origin: server.url, limit: 14 }]);
});
