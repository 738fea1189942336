import { expect, test } from 'vitest';
import { calmAdmission } from '../fixture/admission.ts';
import { bearer, madeKey } from '../fixture/credentials.ts';
import { open, send, startServer } from '../fixture/server.ts';
import { loadedRun, RUN } from '../fixture/store.ts';
import { exposition } from '../telemetry/registry.ts';
import type { Admission } from './admission.ts';
import { createKeyRing } from './key-ring.ts';
import { KnownCallers } from './known-callers.ts';

const run = loadedRun(RUN, { c1: ['a'] });
const [greedy, other] = [madeKey({ class: 'critical' }), madeKey({ class: 'critical' })];
const recognise = createKeyRing([greedy.record, other.record], Date.now);

const admissionOf = (limit: number): Admission =>
  calmAdmission((inFlight) => {
    return new KnownCallers({ recognise, inFlight, rate: 1_000_000, workers: 1, wallClock: Date.now });
  }, limit);

const get = (id: string, key: string) =>
  `GET /v1/customers/${id}/segments HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${bearer(key)}\r\n\r\n`;
const unsentBody = (key: string) =>
  [
    'POST /v1/lookups HTTP/1.1',
    'Host: localhost',
    `Authorization: ${bearer(key)}`,
    'Content-Type: application/json',
    'Content-Length: 60000',
    '\r\n',
  ].join('\r\n');

test('a request refused for overload has its answer while its body is not sent yet', async () => {
  const admission = admissionOf(10);
  await using server = await startServer(run, { admission });
  for (let index = 0; index < 8; index++) void admission.admit({ authorization: bearer(greedy.text) }, 'read');
  const socket = await open(server.port);
  socket.write(unsentBody(greedy.text));
  let received = '';
  socket.on('data', (chunk) => {
    received += String(chunk);
  });
  await expect
    .poll(() => received)
    .toMatch(/^HTTP\/1\.1 503 .*Retry-After: 1\r\n.*urn:segment-store:error:overloaded/s);
  socket.destroy();
});

test('who is refused for overload is counted under its class', async () => {
  const admission = admissionOf(10);
  await using server = await startServer(run, { admission });
  for (let index = 0; index < 8; index++) void admission.admit({ authorization: bearer(greedy.text) }, 'read');
  expect((await send(server.port, get('c1', greedy.text))).status).toBe(503);
  const text = exposition([await server.metrics.figures()]);
  expect(await text).toContain('duration_seconds_count{status="5xx",class="critical",method="GET"');
});

test('a refusal takes less than a millisecond', async () => {
  const admission = admissionOf(10);
  await using server = await startServer(run, { admission });
  for (let index = 0; index < 8; index++) void admission.admit({ authorization: bearer(greedy.text) }, 'read');
  const times: number[] = [];
  for (let index = 0; index < 2_000; index++) {
    const request = new Request('http://localhost/v1/lookups', {
      method: 'POST',
      headers: { authorization: bearer(greedy.text) },
    });
    const startedAt = performance.now();
    const response = server.app.fetch(request);
    times.push(performance.now() - startedAt);
    expect(response instanceof Response && response.status).toBe(503);
  }
  expect(times.sort((a, b) => a - b)[1_000]).toBeLessThan(1);
});

test('a caller who waits for everything at once leaves room for the others', async () => {
  await using server = await startServer(run, { admission: admissionOf(50) });
  const reading = Promise.withResolvers<void>();
  server.store.onRead = () => reading.promise;
  const ask = (id: string, key: string) =>
    Promise.resolve(server.app.request(`/v1/customers/${id}/segments`, { headers: { authorization: bearer(key) } }));
  const many = Array.from({ length: 200 }, (_, index) => ask(`g${index}`, greedy.text));
  const few = Array.from({ length: 10 }, (_, index) => ask(`o${index}`, other.text));
  reading.resolve();
  const statuses = async (asked: readonly Promise<Response>[]) =>
    (await Promise.all(asked)).map(({ status }) => status).filter((status) => status === 200).length;
  expect([await statuses(many), await statuses(few)]).toEqual([40, 10]);
  // Those who were refused come back and are answered.
  expect((await ask('g199', greedy.text)).status).toBe(200);
});

test('with keys a server answers to any Host, and by key alone', async () => {
  await using server = await startServer(run, { admission: admissionOf(100), check: () => undefined });
  const asked = (key: string) => get('c1', key).replace('Host: localhost', 'Host: segments.internal');
  expect((await send(server.port, asked(other.text))).status).toBe(200);
  expect((await send(server.port, asked('none'))).status).toBe(401);
});
