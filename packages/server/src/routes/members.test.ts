import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseCustomerId } from '@segment-store/contract/id';
import { manualTime } from '@segment-store/resilience/manual-time';
import { unlimited } from '@segment-store/resilience/operation';
import { published, runAt } from '@segment-store/store/store.fixture';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Admission } from '../admission/admission.ts';
import { createConformance } from '../conformance.ts';
import { readDocument } from '../document.ts';
import { everything, permitFor } from '../fixture/admission.ts';
import { createFixture } from '../fixture/app.ts';
import { createEmbedded } from '../fixture/embedded.ts';
import { open, type ServerFixture, startServer } from '../fixture/server.ts';
import { complement, loadedRun, NEXT_RUN, RUN, segment, unavailable } from '../fixture/store.ts';

// A real store waits for the disk.
vi.setConfig({ testTimeout: 30_000 });
const conformance = createConformance(await readDocument());
const target = (id: string) => `/v1/segments/${id}/members`;
const idsIn = (body: string): string[] =>
  body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).customerId);

test('everybody in a segment comes a line each, from the generation that the headers name', async () => {
  await using fixture = await createEmbedded();
  const ids = Array.from({ length: 2_500 }, (_, index) => `c${index}`);
  const memberships = Object.fromEntries(
    ids.map((id, index) => [id, index % 2 === 0 ? ['s:even', 's:all'] : ['s:all']]),
  );
  await published(fixture.store, runAt(1), { ...memberships, '"é\\😀': ['s:even'] });
  await fixture.served(runAt(1));
  const response = await fixture.app.request(target('s:even'));
  const body = await response.text();
  const headers = Object.fromEntries(response.headers);
  expect(conformance({ method: 'GET', target: target('s:even'), status: response.status, headers, body })).toEqual([]);
  expect(headers).toMatchObject({ 'segment-generation': runAt(1), 'segment-epoch': '1', 'cache-control': 'no-store' });
  expect(idsIn(body).sort()).toEqual([...ids.filter((_, index) => index % 2 === 0), '"é\\😀'].sort());
  const { status } = await fixture.app.request(target('s:none'));
  expect(status).toBe(404);
  const head = await fixture.app.request(target('s:all'), { method: 'HEAD' });
  expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([200, 'application/x-ndjson', '']);
});

test('who is erased while the list is read is not on the rest of it', async () => {
  await using fixture = await createEmbedded();
  const memberships = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`c${index}`, ['s:all']]));
  await published(fixture.store, runAt(1), memberships);
  await fixture.served(runAt(1));
  const response = await fixture.app.request(target('s:all'));
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader?.read();
  await fixture.erased.add(parseCustomerId('c999'), unlimited);
  const rest: string[] = [];
  for (let piece = await reader?.read(); piece?.done === false; piece = await reader?.read()) rest.push(piece.value);
  const listed = idsIn([first?.value, ...rest].join(''));
  expect(listed).toContain('c998');
  expect(listed).not.toContain('c999');
  expect(new Set(listed).size).toBe(2_999);
});

/** A server whose store hands out one member after the other, each when the test says so. */
async function stepwise(
  admission: Admission = everything,
): Promise<ServerFixture & { release(): void; readonly asked: () => number }> {
  const members = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`c${index}`, ['a']]));
  const server = await startServer(loadedRun(RUN, members), { admission });
  onTestFinished(() => server[Symbol.asyncDispose]());
  let asked = 0;
  let step = Promise.withResolvers<void>();
  server.store.onRead = () => {
    asked += 1;
    return step.promise;
  };
  const release = () => {
    step.resolve();
    step = Promise.withResolvers();
  };
  return { ...server, asked: () => asked, release };
}

const request = (method = 'GET') => `${method} ${target('a')} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

test('a store that fails on the way is a broken stream to the client, never a list that ends', async () => {
  const server = await stepwise();
  const listing = fetch(`${server.listener.url}${target('a')}`);
  await expect.poll(server.asked).toBe(1);
  server.release();
  const response = await listing;
  expect(response.status).toBe(200);
  await expect.poll(server.asked).toBe(2);
  server.store.onRead = () => Promise.reject(unavailable());
  server.release();
  await expect(response.text()).rejects.toThrow('terminated');
  expect(server.reported).toEqual([]);
});

test('a client that speaks HTTP/1.0 is not told by the end of the connection that the list is whole', async () => {
  const server = await stepwise();
  const socket = await open(server.port);
  const failed = once(socket, 'error');
  socket.write(request().replace('HTTP/1.1', 'HTTP/1.0'));
  socket.resume();
  await expect.poll(server.asked).toBe(1);
  server.release();
  await expect.poll(server.asked).toBe(2);
  server.store.onRead = () => Promise.reject(unavailable());
  server.release();
  expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
});

test('a store that fails from the start is a problem', async () => {
  const server = await stepwise();
  server.store.onRead = () => Promise.reject(unavailable());
  const response = await server.app.request(target('a'));
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ type: 'urn:segment-store:error:store-unavailable' });
});

test('a client that leaves ends the walk, and lets go of its generation', async () => {
  const server = await stepwise();
  const socket = await open(server.port);
  socket.write(request());
  await expect.poll(server.asked).toBe(1);
  server.release();
  await expect.poll(server.asked).toBe(2);
  await server.publish(loadedRun(NEXT_RUN, { c1: ['a'] }));
  await nextTurn();
  expect(server.store.closed).toEqual([]);
  socket.destroy();
  await once(socket, 'close');
  await expect
    .poll(() => {
      server.release();
      return server.store.closed;
    })
    .toEqual([RUN]);
  expect(server.asked()).toBeLessThan(10);
});

test('a list that was begun before a publish ends on its own generation; after a roll back it breaks', async () => {
  const server = await stepwise();
  const listing = async () => (await fetch(`${server.listener.url}${target('a')}`)).text();
  const [whole, broken] = [listing(), listing()];
  void broken.catch(() => 'looked at below');
  await expect.poll(server.asked).toBe(2);
  await server.publish(loadedRun(NEXT_RUN, { c1: ['a'] }));
  server.store.onRead = undefined;
  server.release();
  expect(idsIn(await whole)).toHaveLength(50);
  expect(idsIn(await broken)).toHaveLength(50);
  const again = await stepwise();
  const third = fetch(`${again.listener.url}${target('a')}`);
  await expect.poll(again.asked).toBe(1);
  again.release();
  const response = await third;
  await expect.poll(again.asked).toBe(2);
  await again.publish(loadedRun('20260831t000000z', { c1: ['a'] }), { floor: 2 });
  again.release();
  await expect(response.text()).rejects.toThrow('terminated');
});

test('more lists at once than four are refused, and the fifth is served when one has ended', async () => {
  const server = await stepwise();
  const lists = Array.from({ length: 4 }, () => fetch(`${server.listener.url}${target('a')}`));
  await expect.poll(server.asked).toBe(4);
  const refused = await fetch(`${server.listener.url}${target('a')}`);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  server.store.onRead = undefined;
  server.release();
  for (const list of lists) expect(idsIn(await (await list).text())).toHaveLength(50);
  expect((await fetch(`${server.listener.url}${target('a')}`)).status).toBe(200);
});

/** More than fits in what lies between a server and a client that takes nothing. */
const tooMany = Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`${'x'.repeat(500)}${index}`, ['a']]));

test('a client that takes nothing for a minute is cut, and lets go of its generation', async () => {
  const time = manualTime();
  await using server = await startServer(loadedRun(RUN, tooMany), { admission: everything, time });
  const socket = await open(server.port);
  socket.pause();
  socket.write(request());
  await expect.poll(time.pending).toBe(1);
  await time.advance(59_999);
  await server.publish(loadedRun(NEXT_RUN, { c1: ['a'] }));
  expect(server.store.closed).toEqual([]);
  await time.advance(1);
  await expect.poll(() => server.store.closed).toEqual([RUN]);
  socket.resume();
  expect(await once(socket, 'error')).toMatchObject([{ code: 'ECONNRESET' }]);
  expect(server.reported).toEqual([]);
});

test('a complement segment has no list of members, and the answer says what to ask instead', async () => {
  const never = complement(segment('never:a'), 'a', 'everyone');
  await using fixture = await createFixture(loadedRun(RUN, { c1: ['a'] }, [never]), { admission: everything });
  for (const method of ['GET', 'HEAD']) {
    const response = await fixture.app.request(target(never.id), { method });
    const exchange = { status: response.status, headers: Object.fromEntries(response.headers) };
    const body = await response.text();
    expect(conformance({ method, target: target(never.id), ...exchange, body })).toEqual([]);
    expect(response.status).toBe(422);
    if (method === 'HEAD') continue;
    const { type, detail } = JSON.parse(body);
    expect(type).toBe('urn:segment-store:error:invalid-request');
    for (const word of [never.id, 'a rule', 'membership']) expect(detail).toContain(word);
  }
});

test('pages wait for a client that does not take them', async () => {
  await using server = await startServer(loadedRun(RUN, tooMany), { admission: everything });
  let asked = 0;
  server.store.onRead = async () => {
    asked += 1;
  };
  const socket = await open(server.port);
  socket.pause();
  socket.write(request());
  let before = 0;
  const rests = () => {
    const isSame = asked === before && asked > 0;
    before = asked;
    return isSame;
  };
  await expect.poll(rests, { interval: 300, timeout: 20_000 }).toBe(true);
  expect(asked).toBeLessThan(40_000);
  socket.destroy();
});

test('a list counts among the requests of its caller to its end, and to its break', async () => {
  let [inFlight, most] = [0, 0];
  const count = (by: 1 | -1) => {
    inFlight += by;
    most = Math.max(most, inFlight);
  };
  const hold = () => {
    count(1);
    return () => count(-1);
  };
  const release = () => count(-1);
  const caller = { id: 'c', class: 'normal', scopes: new Set(['read:members'] as const) } as const;
  const server = await stepwise({
    admit() {
      count(1);
      return { ...permitFor(caller), release, hold };
    },
  });
  const step = server.store.onRead;
  const [whole, broken] = [async () => {}, () => Promise.reject(unavailable())];
  for (const end of [whole, broken]) {
    server.store.onRead = step;
    const before = server.asked();
    const listing = fetch(`${server.listener.url}${target('a')}`);
    await expect.poll(server.asked).toBe(before + 1);
    server.release();
    const response = await listing;
    expect([response.status, inFlight]).toEqual([200, 1]);
    server.store.onRead = end;
    server.release();
    await response.text().catch(() => 'broken');
    await expect.poll(() => inFlight).toBe(0);
  }
  expect(most).toBe(2);
});
