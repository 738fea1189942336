import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConformance } from './conformance.ts';
import { readDocument } from './document.ts';
import { createFixture, type Fixture } from './fixture/app.ts';
import { loadedRun, NEXT_RUN, RUN, segment, unavailable } from './fixture/store.ts';

const france = segment('recurrent:country:France', { country: 'France' });
const toys = segment('recurrent:category:toys', { category: 'toys', country: 'France' });
const lapsed = segment('inactive:country:Spain', { country: 'Spain' });
const run = loadedRun(RUN, { c1: [france.id, toys.id, lapsed.id], 'a/b é%41': [toys.id] }, [france, toys, lapsed]);

const conformance = createConformance(await readDocument());
let fixture: Fixture;
beforeAll(async () => {
  fixture = await createFixture(run);
});
afterAll(() => fixture[Symbol.asyncDispose]());

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fixture.app.request(path, { headers });
  const { status } = response;
  const answer = { status, headers: Object.fromEntries(response.headers), body: await response.text() };
  expect(conformance({ method: 'GET', target: path, ...answer })).toEqual([]);
  return answer;
}

const json = async (path: string) => JSON.parse((await get(path)).body);

test('a customer’s segments are the facts of the generation, the rest stands in headers', async () => {
  const miss = await get('/v1/customers/c1/segments');
  const hit = await get('/v1/customers/c1/segments');
  expect(JSON.parse(hit.body)).toEqual({
    customerId: 'c1',
    known: true,
    generation: RUN,
    computedAt: '2026-09-01T00:00:00.000Z',
    complete: true,
    segmentIds: [france.id, toys.id, lapsed.id],
  });
  expect(hit.headers).toEqual({
    age: '0',
    'cache-control': 'private, max-age=60, stale-while-revalidate=600, stale-if-error=86400',
    'cache-status': 'segment-store; hit',
    'content-type': 'application/json',
    etag: expect.stringMatching(/^"[A-Za-z0-9_-]{22}"$/),
    'segment-epoch': '1',
    'segment-epoch-floor': '0',
    'segment-generation': RUN,
    'server-timing': 'l1',
    'x-content-type-options': 'nosniff',
  });
  expect(miss.body).toBe(hit.body);
  expect(miss.headers['cache-status']).toBe('segment-store; fwd=miss; stored');
  expect(miss.headers['server-timing']).toMatch(/^read;dur=\d+\.\d$/);
});

test('a customer never seen is known: false, not an error', async () => {
  const { status, body } = await get('/v1/customers/nobody/segments');
  expect(status).toBe(200);
  expect(JSON.parse(body)).toMatchObject({ customerId: 'nobody', known: false, complete: true, segmentIds: [] });
});

test('an id arrives as it was encoded, once', async () => {
  const { customerId, known } = await json(`/v1/customers/${encodeURIComponent('a/b é%41')}/segments`);
  expect({ customerId, known }).toEqual({ customerId: 'a/b é%41', known: true });
});

test('an answer the caller holds is 304, without a body, with the same headers', async () => {
  const { headers } = await get('/v1/customers/c1/segments');
  for (const etag of [headers.etag ?? '', `W/${headers.etag}`, `"other", ${headers.etag}`, '*']) {
    const again = await get('/v1/customers/c1/segments', { 'if-none-match': etag });
    const { 'content-type': _, ...kept } = headers;
    expect(again).toEqual({ status: 304, headers: kept, body: '' });
  }
  expect(await get('/v1/customers/c1/segments', { 'if-none-match': '"other"' })).toMatchObject({ status: 200 });
});

const filtered: readonly [string, readonly string[]][] = [
  ['', [france.id, toys.id, lapsed.id]],
  ['?type=recurrent', [france.id, toys.id]],
  ['?country=France', [france.id, toys.id]],
  ['?country=France&country=Spain', [france.id, toys.id, lapsed.id]],
  ['?country=France&category=toys', [toys.id]],
  ['?category=toys&category=none', [toys.id]],
  ['?store=17', []],
  ['?type=inactive&country=France', []],
];
test.each(filtered)(
  'filter "%s": a repeated value is OR, different names are AND, no attribute is no match',
  async (query, ids) => {
    expect((await json(`/v1/customers/c1/segments${query}`)).segmentIds).toEqual(ids);
  },
);

test('equal questions asked differently share one entry', async () => {
  await get('/v1/customers/c1/segments?country=Spain&country=Italy&type=inactive');
  const same = await get('/v1/customers/c1/segments?type=inactive&country=Italy&country=Spain&country=Italy');
  expect(same.headers['cache-status']).toBe('segment-store; hit');
});

test('view=full adds what the catalogue says, in the same order', async () => {
  const { segmentIds, segments } = await json('/v1/customers/c1/segments?view=full&type=recurrent');
  expect(segmentIds).toEqual([france.id, toys.id]);
  expect(segments).toEqual([
    { id: france.id, type: 'recurrent', name: 'Name of recurrent:country:France', attributes: { country: 'France' } },
    { id: toys.id, type: 'recurrent', name: 'Name of recurrent:category:toys', attributes: toys.attributes },
  ]);
});

test('a membership says whether the customer is in the segment', async () => {
  const facts = { generation: RUN, computedAt: '2026-09-01T00:00:00.000Z' };
  const of = (customer: string) => json(`/v1/customers/${customer}/segments/${france.id}`);
  expect(await of('c1')).toEqual({ customerId: 'c1', segmentId: france.id, member: true, known: true, ...facts });
  expect(await of('nobody')).toMatchObject({ member: false, known: false });
  const { status, headers, body } = await get('/v1/customers/c1/segments/none:such');
  expect(status).toBe(404);
  expect(headers).toMatchObject({ 'segment-generation': RUN, 'segment-epoch': '1', 'segment-epoch-floor': '0' });
  expect(JSON.parse(body)).toMatchObject({ type: 'urn:segment-store:error:unknown-segment', status: 404 });
});

async function lookUp(body: unknown) {
  const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const response = await fixture.app.request('/v1/lookups', init);
  return { status: response.status, body: JSON.parse(await response.text()) };
}

test('lookups keep order and duplicates, and a bad item fails alone', async () => {
  const { status, body } = await lookUp({ customerIds: ['c1', 'nobody', '..', 'c1'], filter: { type: ['inactive'] } });
  expect(status).toBe(200);
  const found = { status: 200, customerId: 'c1', known: true, generation: RUN, segmentIds: [lapsed.id] };
  expect(body.items).toMatchObject([
    found,
    { status: 200, customerId: 'nobody', known: false, segmentIds: [] },
    { status: 400, customerId: '..', error: { type: 'urn:segment-store:error:invalid-id', status: 400 } },
    found,
  ]);
});

test('the catalogue comes in pages by id, its cursor bound to the generation', async () => {
  await using own = await createFixture(run);
  const page = async (query: string) => {
    const response = await own.app.request(`/v1/segments${query}`);
    return { status: response.status, body: JSON.parse(await response.text()) };
  };
  const ids = ({ segments }: { segments: { id: string }[] }) => segments.map(({ id }) => id);
  const first = (await page('?limit=2')).body;
  const last = (await page(`?limit=2&cursor=${first.nextCursor}`)).body;
  expect([ids(first), ids(last), last.nextCursor]).toEqual([[lapsed.id, toys.id], [france.id], undefined]);
  expect(ids((await page('?country=France')).body)).toEqual([toys.id, france.id]);
  await own.publish(loadedRun(NEXT_RUN, { c1: [france.id] }));
  const stale = await page(`?cursor=${first.nextCursor}`);
  expect(stale).toMatchObject({ status: 409, body: { type: 'urn:segment-store:error:conflict' } });
});

test('the catalogue is searched by text in ids and names, in any case, beside filters', async () => {
  const found = async (query: string) =>
    (await json(`/v1/segments?${query}`)).segments.map(({ id }: { id: string }) => id);
  expect(await found('q=FRANCE')).toEqual([france.id]);
  expect(await found('q=name%20of%20re')).toEqual([toys.id, france.id]);
  expect(await found('q=country&country=Spain')).toEqual([lapsed.id]);
  expect(await found('q=.*')).toEqual([]);
  expect((await fixture.app.request('/v1/segments?q=')).status).toBe(400);
});

test('a search through 100,000 segments leaves the event loop to others', async () => {
  const many = Array.from({ length: 100_000 }, (_, index) => segment(`s:${index}`, { country: 'France' }));
  await using own = await createFixture(loadedRun(RUN, {}, many));
  await own.app.request('/v1/segments?q=s:99999'); // sorted once
  const searching = own.app.request('/v1/segments?q=nowhere&country=Spain');
  const turns = new Set<number>();
  let ended = false;
  void Promise.resolve(searching).then(() => {
    ended = true;
  });
  while (!ended) {
    await nextTurn();
    turns.add(turns.size);
  }
  expect(turns.size).toBeGreaterThan(20);
  expect(JSON.parse(await (await searching).text()).segments).toEqual([]);
});

test('one segment names its generation', async () => {
  expect(await json(`/v1/segments/${france.id}`)).toEqual({
    id: france.id,
    type: 'recurrent',
    name: 'Name of recurrent:country:France',
    attributes: { country: 'France' },
    size: 1,
    asOf: '2026-08-31T00:00:00.000Z',
    generation: RUN,
    computedAt: '2026-09-01T00:00:00.000Z',
  });
  expect((await get('/v1/segments/none:such')).status).toBe(404);
});

test('generations are listed newest first, with what is served', async () => {
  await using own = await createFixture(run);
  await own.publish(loadedRun(NEXT_RUN, {}));
  const body = JSON.parse(await (await own.app.request('/v1/generations')).text());
  expect(body.served).toEqual({ generation: NEXT_RUN, epoch: 2, floor: 0 });
  expect(body.generations.map((one: { run: string }) => one.run)).toEqual([NEXT_RUN, RUN]);
});

test('before the first publish the server is alive, not ready, and answers nothing it does not know', async () => {
  await using own = await createFixture();
  const answers = await Promise.all(
    ['/livez', '/readyz', '/v1/customers/c1/segments', '/v1/segments', '/v1/generations'].map(async (path) => {
      const response = await own.app.request(path);
      return [path, response.status];
    }),
  );
  expect(answers).toEqual([
    ['/livez', 200],
    ['/readyz', 503],
    ['/v1/customers/c1/segments', 503],
    ['/v1/segments', 503],
    ['/v1/generations', 200],
  ]);
});

test('a dead store: what is in L1 is served, the rest is 503, and the server stays ready', async () => {
  await using own = await createFixture(run);
  const status = async (path: string) => (await own.app.request(path)).status;
  await status('/v1/customers/c1/segments');
  own.store.onRead = () => Promise.reject(unavailable());
  expect(await status('/v1/customers/c1/segments')).toBe(200);
  expect(await status('/readyz')).toBe(200);
  const missed = await own.app.request('/v1/customers/never-asked/segments');
  expect(missed.status).toBe(503);
  expect(missed.headers.get('retry-after')).toBeNull();
  expect(await missed.json()).toMatchObject({ type: 'urn:segment-store:error:store-unavailable', status: 503 });
});

test('a caller that says how long it waits is told in time; what is in a cache comes at once', async () => {
  await using own = await createFixture(run);
  const inTime = (path: string, ms: number, init: RequestInit = {}) =>
    own.app.request(path, { ...init, headers: { ...init.headers, 'x-request-timeout-ms': `${ms}` } });
  expect((await inTime('/v1/customers/c1/segments', 5_000)).status).toBe(200);
  const reading = Promise.withResolvers<void>();
  using _ = { [Symbol.dispose]: () => reading.resolve() };
  own.store.onRead = () => reading.promise;
  expect((await inTime('/v1/customers/c1/segments', 1)).status).toBe(200);
  const late = await inTime('/v1/customers/c2/segments', 20);
  expect([late.status, late.headers.get('retry-after')]).toEqual([503, null]);
  expect(await late.json()).toMatchObject({ type: 'urn:segment-store:error:deadline', status: 503 });
  const body = JSON.stringify({ customerIds: ['c3', 'c1'] });
  const headers = { 'content-type': 'application/json' };
  const many = await inTime('/v1/lookups', 20, { method: 'POST', body, headers });
  expect(many.status).toBe(200);
  expect(JSON.parse(await many.text()).items).toMatchObject([
    { customerId: 'c3', status: 503, error: { type: 'urn:segment-store:error:deadline' } },
    { customerId: 'c1', status: 200, known: true },
  ]);
});

test('more reads at once than allowed: 503, and when to come back', async () => {
  await using own = await createFixture(run);
  const reading = Promise.withResolvers<void>();
  own.store.onRead = () => reading.promise;
  const asked: Promise<Response>[] = [];
  for (let index = 0; index < 65; index++) {
    asked.push(Promise.resolve(own.app.request(`/v1/customers/n${index}/segments`)));
    // Those of one turn of the event loop would be read at once.
    await nextTurn();
  }
  const refused = await asked[64];
  expect([refused?.status, refused?.headers.get('retry-after')]).toEqual([503, '1']);
  reading.resolve();
  expect((await Promise.all(asked)).filter(({ status }) => status === 200).length).toBe(64);
});

test('an unexpected error is 500, tells nothing of itself, and is reported', async () => {
  await using own = await createFixture(run);
  own.store.onRead = () => Promise.reject(new TypeError('secret'));
  const response = await own.app.request('/v1/customers/c1/segments');
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('secret');
  expect(own.reported).toMatchObject([{ message: 'secret' }]);
});

test('the document is served', async () => {
  expect((await json('/openapi.json')).openapi).toBe('3.1.1');
});

test('figures know routes and generations, and nobody’s id', async () => {
  await get('/v1/customers/c1/segments');
  const { headers, body } = await get('/metrics');
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(body).toMatch(
    /^http_server_request_duration_seconds_count\{status="2xx",class="normal",method="GET",route="\/v1\/customers\/\{customerId\}\/segments"\} [1-9]/m,
  );
  expect(body).toMatch(/^nodejs_eventloop_utilization_ratio [01](\.\d+)?$/m);
  expect(body).not.toContain('c1');
});
