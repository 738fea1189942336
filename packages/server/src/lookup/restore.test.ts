/** After a restart: what the state directory had is answered while the store is away, and not one moment longer. */
import { manualTime } from '@segment-store/resilience/manual-time';
import { expect, test } from 'vitest';
import { createFixture, type Fixture } from '../fixture/app.ts';
import { createFixtureStore, type Loaded, loadedRun, NEXT_RUN, RUN, unavailable } from '../fixture/store.ts';
import { keptReader } from '../state/kept-reader.ts';

const old = loadedRun(RUN, { c1: ['old'] });
const next = loadedRun(NEXT_RUN, { c1: ['new'] });

async function restarted({ generation, catalogue }: Loaded = old) {
  const time = manualTime();
  const store = createFixtureStore();
  store.onLive = () => {
    throw unavailable();
  };
  const fixture = await createFixture(undefined, { time, store });
  return {
    fixture,
    time,
    kept: { reader: keptReader({ generation, catalogue }), live: { generation, epoch: 1, floor: 0 } },
  };
}

const ready = async ({ app }: Fixture) => {
  const response = await app.request('/readyz');
  return [response.status, JSON.parse(await response.text())];
};
async function get({ app }: Fixture) {
  const response = await app.request('/v1/customers/c1/segments');
  return { status: response.status, body: JSON.parse(await response.text()) };
}

test('the store is away: ready, what is in L1 is answered, the rest is 503 at once', async () => {
  const { fixture, kept } = await restarted();
  await using _ = fixture;
  expect((await ready(fixture))[0]).toBe(503);
  fixture.serving.restore(kept.reader, kept.live);
  expect(await ready(fixture)).toEqual([
    200,
    { status: 'serving', generation: RUN, detail: 'from the state directory: the store was not reached yet' },
  ]);
  expect(await get(fixture)).toMatchObject({
    status: 503,
    body: { type: 'urn:segment-store:error:store-unavailable' },
  });
  expect((await fixture.app.request('/v1/segments')).status).toBe(200);
});

test('the store is back with the same generation: it is opened, and read from', async () => {
  const { fixture, time, kept } = await restarted();
  await using _ = fixture;
  fixture.serving.restore(kept.reader, kept.live);
  fixture.store.publish(old);
  fixture.store.onLive = undefined;
  await time.advance(100);
  await fixture.served(RUN);
  await expect.poll(async () => (await get(fixture)).status).toBe(200);
  expect(fixture.store.opened).toEqual([RUN]);
  expect((await ready(fixture))[1]).toEqual({ status: 'serving', generation: RUN });
});

test('the store has another generation: what was kept is answered until that is open', async () => {
  const { fixture, time, kept } = await restarted();
  await using _ = fixture;
  fixture.serving.restore(kept.reader, kept.live);
  const opening = Promise.withResolvers<void>();
  fixture.store.onOpen = () => opening.promise;
  fixture.store.publish(old);
  fixture.store.publish(next);
  fixture.store.onLive = undefined;
  await time.advance(100);
  await expect.poll(() => fixture.serving.state.state).toBe('switching');
  expect(await ready(fixture)).toMatchObject([200, { generation: RUN }]);
  opening.resolve();
  await fixture.served(NEXT_RUN);
  expect((await get(fixture)).body.segmentIds).toEqual(['new']);
});

test('what was kept was withdrawn meanwhile: not one more answer of it, whatever opens when', async () => {
  const { fixture, time, kept } = await restarted(next);
  await using _ = fixture;
  fixture.serving.restore(kept.reader, kept.live);
  fixture.store.onOpen = () => Promise.reject(unavailable());
  fixture.store.publish(old, { floor: 3 });
  fixture.store.onLive = undefined;
  await time.advance(100);
  await expect.poll(() => fixture.serving.state.state).toBe('starting');
  expect(fixture.serving.pin).toBeUndefined();
});

test('the store was heard of, and its generation takes long to open: what was kept is answered until then', async () => {
  const { fixture, time, kept } = await restarted();
  await using _ = fixture;
  const opening = Promise.withResolvers<void>();
  fixture.store.onOpen = () => opening.promise;
  fixture.store.publish(old);
  fixture.store.publish(next);
  fixture.store.onLive = undefined;
  await time.advance(100);
  expect(await ready(fixture)).toMatchObject([503, { detail: `opening generation ${NEXT_RUN}` }]);
  fixture.serving.restore(kept.reader, kept.live);
  expect(await ready(fixture)).toMatchObject([200, { status: 'switching', generation: RUN }]);
  opening.resolve();
  await fixture.served(NEXT_RUN);
  expect(fixture.store.closed).toEqual([]);
});

test('the store says that what was kept is withdrawn, or that nothing was ever published: it is not answered', async () => {
  for (const publish of [true, false]) {
    const { fixture, time, kept } = await restarted();
    await using _ = fixture;
    fixture.store.onOpen = () => Promise.reject(unavailable());
    if (publish) fixture.store.publish(next, { floor: 2 });
    fixture.store.onLive = undefined;
    await time.advance(100);
    fixture.serving.restore(kept.reader, kept.live);
    expect((await ready(fixture))[0]).toBe(503);
  }
});

test('a store that was heard of needs nothing that was kept', async () => {
  const { fixture, time, kept } = await restarted();
  await using _ = fixture;
  fixture.store.publish(next);
  fixture.store.onLive = undefined;
  await time.advance(100);
  await fixture.served(NEXT_RUN);
  fixture.serving.restore(kept.reader, kept.live);
  expect(fixture.serving.pin?.reader.generation.run).toBe(NEXT_RUN);
});
