/** Before a generation is pinned it was read: what is asked for most is there when the first customer comes. */
import { type ManualTime, manualTime } from '@segment-store/resilience/manual-time';
import { expect, test, vi } from 'vitest';
import { createFixture, type Fixture } from '../fixture/app.ts';
import { loadedRun, NEXT_RUN, RUN, unavailable } from '../fixture/store.ts';

vi.setConfig({ testTimeout: 20_000 }); // hundreds of requests, on a machine that does other things, too

const IDS = Array.from({ length: 250 }, (_, index) => `c${index}`);
const everybody = (run: string) => loadedRun(run, Object.fromEntries(IDS.map((id) => [id, [`g:${run}`]])));

async function get({ app }: Fixture, id: string, query = '') {
  const response = await app.request(`/v1/customers/${id}/segments${query}`);
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: JSON.parse(await response.text()),
  };
}

/** `RUN` is served, every customer was asked for in order. */
async function warm(warmUp = { questions: 100, ms: 3_000 }) {
  const time = manualTime();
  const fixture = await createFixture(everybody(RUN), { time, warmUp });
  for (const id of IDS) await get(fixture, id);
  fixture.store.reads.length = 0;
  return { fixture, time };
}

/** Turn by turn: a read takes more than one turn of the event loop. */
async function pass(time: ManualTime, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    for (let turn = 0; turn < 5; turn++) await time.advance(0);
    await time.advance(100);
  }
}

const pinned = ({ serving }: Fixture) => serving.pin?.reader.generation.run;

test('what was asked for last is read in few reads, and is fresh from the first answer on', async () => {
  const { fixture } = await warm();
  await using _ = fixture;
  await get(fixture, 'c7', '?type=g');
  fixture.store.reads.length = 0;
  await fixture.publish(everybody(NEXT_RUN));
  expect(fixture.store.reads.map(({ length }) => length)).toEqual([100]);
  expect((await get(fixture, 'c7', '?type=g')).body).toMatchObject({
    generation: NEXT_RUN,
    segmentIds: [`g:${NEXT_RUN}`],
  });
  const { body, headers } = await get(fixture, 'c249');
  expect([body.generation, headers['cache-status'], headers['segment-stale']]).toEqual([
    NEXT_RUN,
    'segment-store; hit',
    undefined,
  ]);
  expect((await get(fixture, 'c0')).headers['segment-stale']).toBe('?1');
});

test('until it has been read the generation before is answered, and its answers are not mixed', async () => {
  const { fixture } = await warm();
  await using _ = fixture;
  const reading = Promise.withResolvers<void>();
  fixture.store.onRead = () => reading.promise;
  fixture.store.publish(everybody(NEXT_RUN));
  await expect.poll(() => fixture.store.reads.length).toBe(1);
  expect(fixture.serving.state).toMatchObject({ state: 'switching', next: NEXT_RUN });
  const { body, headers } = await get(fixture, 'c249');
  expect([body.generation, headers['segment-generation'], headers['segment-stale']]).toEqual([RUN, RUN, undefined]);
  reading.resolve();
  await fixture.served(NEXT_RUN);
  expect((await get(fixture, 'c249')).body.generation).toBe(NEXT_RUN);
});

test('a generation that does not answer is tried again, then pinned all the same: never later than it may', async () => {
  const { fixture, time } = await warm();
  await using _ = fixture;
  fixture.store.onRead = () => Promise.reject(unavailable());
  fixture.store.publish(everybody(NEXT_RUN));
  await pass(time, 2_900);
  expect(pinned(fixture)).toBe(RUN);
  expect(fixture.store.reads.length).toSatisfy((reads: number) => reads > 5 && reads <= 30);
  await pass(time, 200);
  expect(pinned(fixture)).toBe(NEXT_RUN);
  expect(await get(fixture, 'c249')).toMatchObject({ status: 200, headers: { 'segment-stale': '?1' } });
});

test('as soon as it answers it is pinned', async () => {
  const { fixture, time } = await warm();
  await using _ = fixture;
  fixture.store.onRead = () => Promise.reject(unavailable());
  fixture.store.publish(everybody(NEXT_RUN));
  await pass(time, 500);
  fixture.store.onRead = undefined;
  await pass(time, 200);
  expect(pinned(fixture)).toBe(NEXT_RUN);
  expect((await get(fixture, 'c249')).body.generation).toBe(NEXT_RUN);
});

test('the time it may take ends it half way: what was read is kept', async () => {
  const { fixture, time } = await warm({ questions: 250, ms: 1_000 });
  await using _ = fixture;
  fixture.store.onRead = () => time.advance(600);
  await fixture.publish(everybody(NEXT_RUN));
  expect(fixture.store.reads.length).toBe(2);
  expect((await get(fixture, 'c249')).body.generation).toBe(NEXT_RUN);
  expect((await get(fixture, 'c1')).body.generation).toBe(RUN);
});

test('where nothing was asked for yet, or warm-up is off, one customer is read', async () => {
  await using cold = await createFixture(everybody(RUN), { warmUp: { questions: 100, ms: 1_000 } });
  expect(cold.store.reads).toEqual([['canary']]);
  const { fixture } = await warm({ questions: 0, ms: 1_000 });
  await using _ = fixture;
  await fixture.publish(everybody(NEXT_RUN));
  expect(fixture.store.reads).toEqual([['canary']]);
  expect((await get(fixture, 'canary')).headers['cache-status']).toBe('segment-store; fwd=miss; stored');
});

test('a roll back waits for no warm-up', async () => {
  const { fixture } = await warm();
  await using _ = fixture;
  await fixture.publish(everybody(NEXT_RUN));
  fixture.store.reads.length = 0;
  fixture.store.onRead = () => new Promise(() => {});
  await fixture.publish(everybody(RUN), { floor: 3 });
  expect(fixture.store.reads).toEqual([]);
  expect((await get(fixture, 'c0')).status).toBe(200);
});

test('a newer generation ends the warm-up of an older one, which is closed', async () => {
  const { fixture } = await warm();
  await using _ = fixture;
  const reading = Promise.withResolvers<void>();
  fixture.store.onRead = () => reading.promise;
  fixture.store.publish(everybody(NEXT_RUN));
  await expect.poll(() => fixture.store.reads.length).toBe(1);
  fixture.store.onRead = undefined;
  await fixture.publish(everybody('20260903t000000z'));
  reading.resolve();
  await expect.poll(() => [...fixture.store.closed].sort()).toEqual([RUN, NEXT_RUN]);
  expect((await get(fixture, 'c249')).body.generation).toBe('20260903t000000z');
});
