import { parseCustomerId } from '@segment-store/contract/id';
import { Failure } from '@segment-store/resilience/failure';
import { manualTime } from '@segment-store/resilience/manual-time';
import { unlimited } from '@segment-store/resilience/operation';
import { systemTime } from '@segment-store/resilience/time';
import { expect, test } from 'vitest';
import { createFixture, createServing } from '../fixture/app.ts';
import { createFixtureStore, loadedRun, NEXT_RUN, RUN, unavailable } from '../fixture/store.ts';
import { NO_FILTERS } from './select.ts';

const old = loadedRun(RUN, { c1: ['old'] });
const next = loadedRun(NEXT_RUN, { c1: ['new'] });
const last = loadedRun('20260903t000000z', { c1: ['last'] });
const query = (id: string) => ({ view: 'ids', customerId: parseCustomerId(id), filters: NO_FILTERS }) as const;

async function ask(app: Awaited<ReturnType<typeof createFixture>>['app'], id: string) {
  const response = await app.request(`/v1/customers/${id}/segments`);
  const body = JSON.parse(await response.text());
  return { body, headers: Object.fromEntries(response.headers) };
}

test('a publish is followed: bodies and headers change together', async () => {
  await using fixture = await createFixture(old);
  const { body, headers } = await ask(fixture.app, 'c1');
  expect([body.segmentIds, headers['segment-epoch']]).toEqual([['old'], '1']);
  await fixture.publish(next);
  await expect.poll(async () => (await ask(fixture.app, 'c1')).body.segmentIds).toEqual(['new']);
  expect((await ask(fixture.app, 'c1')).headers).toMatchObject({
    'segment-epoch': '2',
    'segment-generation': NEXT_RUN,
  });
});

test('a roll back raises the floor', async () => {
  await using fixture = await createFixture(old);
  await fixture.publish(next);
  await fixture.publish(old, { floor: 3 });
  const { body, headers } = await ask(fixture.app, 'c1');
  expect([body.segmentIds, headers['segment-epoch'], headers['segment-epoch-floor']]).toEqual([['old'], '3', '3']);
});

test('a request begun before a publish ends on its own generation, flagged, and only then is that closed', async () => {
  await using fixture = await createFixture(old);
  const reading = Promise.withResolvers<void>();
  fixture.store.onRead = () => reading.promise;
  const begun = ask(fixture.app, 'c1');
  await expect.poll(() => fixture.store.reads.length).toBe(1);
  await fixture.publish(next);
  expect(fixture.store.closed).toEqual([]);
  reading.resolve();
  const { body, headers } = await begun;
  expect([body.generation, body.segmentIds]).toEqual([RUN, ['old']]);
  expect(headers).toMatchObject({ 'segment-generation': RUN, 'segment-epoch': '1', 'segment-stale': '?1' });
  await expect.poll(() => fixture.store.closed).toEqual([RUN]);
});

test('a read whose caller has left keeps its generation open too', async () => {
  await using fixture = await createFixture(old);
  const reading = Promise.withResolvers<void>();
  fixture.store.onRead = () => reading.promise;
  const caller = new AbortController();
  const left = fixture.serving.pin?.path.ask(query('c1'), { ...unlimited, signal: caller.signal });
  await expect.poll(() => fixture.store.reads.length).toBe(1);
  caller.abort();
  await expect(left).rejects.toMatchObject({ code: 'ABORTED' });
  await fixture.publish(next);
  expect(fixture.store.closed).toEqual([]);
  reading.resolve();
  await expect.poll(() => fixture.store.closed).toEqual([RUN]);
});

test('while the next generation opens the one before it answers, and the server is ready', async () => {
  await using fixture = await createFixture(old);
  const opening = Promise.withResolvers<void>();
  fixture.store.onOpen = () => opening.promise;
  const published = fixture.publish(next);
  await expect.poll(() => fixture.serving.state.state).toBe('switching');
  const ready = await fixture.app.request('/readyz');
  expect([ready.status, await ready.json()]).toEqual([
    200,
    { status: 'switching', generation: RUN, detail: `opening ${NEXT_RUN}` },
  ]);
  expect((await ask(fixture.app, 'c1')).body.generation).toBe(RUN);
  opening.resolve();
  await published;
});

test('a generation that does not open is tried again, and what is served stays served', async () => {
  await using fixture = await createFixture(old);
  let tries = 0;
  fixture.store.onOpen = async () => {
    tries += 1;
    if (tries < 4) throw unavailable();
  };
  await fixture.publish(next);
  expect([tries, fixture.serving.state.state]).toEqual([4, 'serving']);
});

/** `B` is live and pinned, and whatever is asked for next does not open until `heal`. */
async function stuck({ withdrawnMs = 5_000, code = 'UNAVAILABLE', time = systemTime } = {}) {
  const fixture = await createFixture(old, { withdrawnMs, time });
  await fixture.publish(next);
  fixture.store.onOpen = async () => {
    throw new Failure(code, 'it does not open');
  };
  const heal = () => {
    fixture.store.onOpen = undefined;
  };
  return Object.assign(fixture, { heal });
}

test.each(['UNAVAILABLE', 'NOT_FOUND', 'UNSUPPORTED', 'CONFLICT'])(
  'a generation that does not open (%s) is tried until it does',
  async (code) => {
    await using fixture = await stuck({ code });
    fixture.store.publish(last);
    await expect.poll(() => fixture.reported.length).toBeGreaterThan(3);
    expect([fixture.serving.state.state, (await ask(fixture.app, 'c1')).body.generation]).toEqual([
      'switching',
      NEXT_RUN,
    ]);
    fixture.heal();
    await expect.poll(() => fixture.serving.pin?.reader.generation.run).toBe(last.generation.run);
  },
);

test('a newer generation is opened while an older one hangs, which is let go of', async () => {
  await using fixture = await createFixture(old);
  const hanging = Promise.withResolvers<void>();
  fixture.store.onOpen = () => hanging.promise;
  fixture.store.publish(next);
  await expect.poll(() => fixture.serving.state.state).toBe('switching');
  fixture.store.onOpen = undefined;
  await fixture.publish(last);
  expect((await ask(fixture.app, 'c1')).headers).toMatchObject({
    'segment-generation': last.generation.run,
    'segment-epoch': '3',
  });
  hanging.resolve();
  await expect.poll(() => [...fixture.store.closed].sort()).toEqual([RUN, NEXT_RUN]);
  expect(fixture.serving.pin?.reader.generation.run).toBe(last.generation.run);
});

test('a roll back is known before it is open: the floor is told at once', async () => {
  await using fixture = await stuck();
  fixture.store.publish(old, { floor: 3 });
  await expect
    .poll(async () => (await ask(fixture.app, 'c1')).headers)
    .toMatchObject({ 'segment-generation': NEXT_RUN, 'segment-epoch': '2', 'segment-epoch-floor': '3' });
});

test('a withdrawn generation stops to answer when the one in its place does not open in time', async () => {
  await using fixture = await stuck({ withdrawnMs: 30 });
  await ask(fixture.app, 'c1');
  fixture.store.publish(old, { floor: 3 });
  const status = async (path: string) => (await fixture.app.request(path)).status;
  await expect.poll(() => status('/readyz')).toBe(503);
  const ready = await (await fixture.app.request('/readyz')).json();
  expect(ready).toEqual({
    status: 'starting',
    detail: `generation ${NEXT_RUN} was withdrawn; opening generation ${RUN}`,
  });
  const refused = await fixture.app.request('/v1/customers/c1/segments');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, null]);
  expect(await refused.json()).toMatchObject({ type: 'urn:segment-store:error:store-unavailable' });
  await expect.poll(() => fixture.store.closed).toEqual([RUN, NEXT_RUN]);
  fixture.heal();
  await expect.poll(() => status('/readyz')).toBe(200);
  expect((await ask(fixture.app, 'c1')).body.segmentIds).toEqual(['old']);
});

test('a second roll back gives the withdrawn generation no new time', async () => {
  const time = manualTime();
  await using fixture = await stuck({ withdrawnMs: 200, time });
  fixture.store.publish(old, { floor: 3 });
  await time.advance(150);
  fixture.store.publish(last, { floor: 4 });
  await time.advance(49);
  expect(fixture.serving.state.state).toBe('switching');
  await time.advance(1);
  expect(fixture.serving.state.state).toBe('starting');
  fixture.heal();
  await time.advance(5);
});

test('a read that a roll back overtakes is asked again: nobody is told what was withdrawn', async () => {
  await using fixture = await createFixture(old);
  await fixture.publish(next);
  const reading = Promise.withResolvers<void>();
  fixture.store.onRead = () => reading.promise;
  const body = JSON.stringify({ customerIds: ['c1', 'c1'] });
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } };
  const begun = [ask(fixture.app, 'c1'), fixture.app.request('/v1/lookups', init)] as const;
  await expect.poll(() => fixture.store.reads.length).toBe(1);
  await fixture.publish(old, { floor: 3 });
  reading.resolve();
  const [one, many] = await Promise.all(begun);
  expect([one.body.segmentIds, one.headers['segment-epoch']]).toEqual([['old'], '3']);
  expect([many.headers.get('segment-epoch'), many.headers.get('segment-generation')]).toEqual(['3', RUN]);
  expect(JSON.parse(await many.text()).items).toMatchObject([{ segmentIds: ['old'] }, { segmentIds: ['old'] }]);
});

test('lookups that a publish overtakes name the generation of their items', async () => {
  await using fixture = await createFixture(old);
  const reading = Promise.withResolvers<void>();
  fixture.store.onRead = () => reading.promise;
  const body = JSON.stringify({ customerIds: ['c1'] });
  const begun = fixture.app.request('/v1/lookups', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  await expect.poll(() => fixture.store.reads.length).toBe(1);
  await fixture.publish(next, { floor: 1 });
  reading.resolve();
  const { headers } = await begun;
  expect(Object.fromEntries(headers)).toMatchObject({
    'segment-generation': RUN,
    'segment-epoch': '1',
    'segment-epoch-floor': '1',
    'segment-stale': '?1',
  });
});

test('twenty publishes under readers: no answer mixes two generations, none fails', async () => {
  await using fixture = await createFixture(loadedRun('20260101t000000z', { c1: ['g:20260101t000000z'] }));
  const answers: { generation: string; segmentIds: string[] }[] = [];
  let publishing = true;
  const readers = Array.from({ length: 8 }, async (_, reader) => {
    while (publishing) {
      answers.push((await ask(fixture.app, reader % 2 === 0 ? 'c1' : 'c2')).body);
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  for (let day = 10; day < 30; day++) {
    const run = `202602${day}t000000z`;
    await fixture.publish(loadedRun(run, { c1: [`g:${run}`], c2: [`g:${run}`] }));
    await expect.poll(() => answers.at(-1)?.generation, { interval: 1 }).toBe(run);
  }
  publishing = false;
  await Promise.all(readers);
  const mixed = answers.filter(({ generation, segmentIds }) => segmentIds.some((id) => id !== `g:${generation}`));
  expect(mixed).toEqual([]);
  expect(new Set(answers.map(({ generation }) => generation)).size).toBeGreaterThanOrEqual(20);
  await expect.poll(() => fixture.store.closed.length).toBe(20);
});

test.each(['UNSUPPORTED', 'DENIED'])('a store that is %s at the start ends the server', async (code) => {
  const store = createFixtureStore();
  store.onLive = () => {
    throw new Failure(code, 'not a segment store');
  };
  const serving = createServing(store, { onState: () => {}, onTrouble: () => {} });
  await expect(serving.follow(unlimited)).rejects.toMatchObject({ code });
});

test('the same failure later is reported, and what is served stays served', async () => {
  const troubles: unknown[] = [];
  const store = createFixtureStore();
  const stop = new AbortController();
  const serving = createServing(store, { onState: () => {}, onTrouble: (error) => troubles.push(error) });
  store.publish(old);
  const following = serving.follow({ ...unlimited, signal: stop.signal });
  await expect.poll(() => serving.state.state).toBe('serving');
  store.onLive = () => {
    throw new Failure('UNSUPPORTED', 'a newer format');
  };
  store.publish(next);
  await expect.poll(() => troubles.length).toBeGreaterThan(1);
  expect(serving.pin?.reader.generation.run).toBe(RUN);
  stop.abort();
  await following;
  await serving.close();
  expect(store.closed).toEqual([RUN]);
});
