import { expect, test } from 'vitest';
import { createFixture } from '../fixture/app.ts';
import { type Loaded, loadedRun, NEXT_RUN, RUN } from '../fixture/store.ts';

const computedAt = new Date('2026-09-01T00:00:00Z');
const daily: Loaded = { ...loadedRun(RUN, { c1: ['a'] }) };
const expected = (expectedEvery: string): Loaded => ({ ...daily, generation: { ...daily.generation, expectedEvery } });

async function statusAt(loaded: Loaded, now: string) {
  await using fixture = await createFixture(loaded, { date: () => new Date(now) });
  const ready = await fixture.app.request('/readyz');
  return { status: fixture.serving.status(), ready: [ready.status, JSON.parse(await ready.text())] };
}

test('a generation as young as it should be', async () => {
  const { status, ready } = await statusAt(expected('P1D'), '2026-09-02T00:00:00Z');
  expect(status).toEqual({
    state: 'serving',
    pinned: { run: RUN, epoch: 1, floor: 0, computedAt, ageMs: 86_400_000, isLate: false, isKept: false },
  });
  expect(ready).toEqual([200, { status: 'serving', generation: RUN }]);
});

test.each(['P1D', 'PT24H', 'PT1440M', 'PT86400S'])(
  'a late one, expected every %s: ready, and it says so',
  async (every) => {
    const { status, ready } = await statusAt(expected(every), '2026-09-02T00:00:01Z');
    expect(status.pinned).toMatchObject({ isLate: true, ageMs: 86_401_000 });
    const detail = `late: computed at 2026-09-01T00:00:00.000Z, expected every ${every}`;
    expect(ready).toEqual([200, { status: 'serving', generation: RUN, detail }]);
  },
);

test('where nobody says how often one comes, none is late; a clock that is behind makes none younger than new', async () => {
  expect((await statusAt(daily, '2036-09-01T00:00:00Z')).status.pinned).toMatchObject({ isLate: false });
  expect((await statusAt(expected('P1W'), '2026-08-01T00:00:00Z')).status.pinned).toMatchObject({
    ageMs: 0,
    isLate: false,
  });
  expect((await statusAt(expected('P1W'), '2026-09-08T00:00:01Z')).status.pinned).toMatchObject({ isLate: true });
});

test('while another generation is opened, and before the first', async () => {
  await using fixture = await createFixture(expected('P1D'), { date: () => new Date('2026-09-03T00:00:00Z') });
  const opening = Promise.withResolvers<void>();
  fixture.store.onOpen = () => opening.promise;
  fixture.store.publish(loadedRun(NEXT_RUN, {}), { floor: 2 });
  await expect.poll(() => fixture.serving.status().state).toBe('switching');
  expect(fixture.serving.status().detail).toMatch(new RegExp(`^opening ${NEXT_RUN}; withdrawn; late: .*`));
  opening.resolve();
  await using empty = await createFixture();
  await expect
    .poll(() => empty.serving.status())
    .toEqual({
      state: 'starting',
      detail: 'no generation has been published yet',
    });
});
