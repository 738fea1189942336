/** After a publish: what was kept of the generation before is answered, flagged, and asked for anew in turns. */
import { type ManualTime, manualTime } from '@segment-store/resilience/manual-time';
import { expect, test, vi } from 'vitest';
import { createFixture, type Fixture } from '../fixture/app.ts';
import { loadedRun, NEXT_RUN, RUN, unavailable } from '../fixture/store.ts';

vi.setConfig({ testTimeout: 20_000 }); // hundreds of requests, on a machine that does other things, too

const IDS = Array.from({ length: 60 }, (_, index) => `c${index}`);
const LAST_RUN = '20260903t000000z';
/** Generation k gives everybody only `g:k`. */
const everybody = (run: string) => loadedRun(run, Object.fromEntries(IDS.map((id) => [id, [`g:${run}`]])));
const MINUTE = 60_000;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly generation: string;
  readonly segmentIds: readonly string[];
}

async function get({ app }: Fixture, id: string, query = ''): Promise<Answer> {
  const response = await app.request(`/v1/customers/${id}/segments${query}`);
  const { generation, segmentIds } = JSON.parse(await response.text());
  return { status: response.status, headers: Object.fromEntries(response.headers), generation, segmentIds };
}

async function post({ app }: Fixture, customerIds: readonly string[]) {
  const headers = { 'content-type': 'application/json' };
  const response = await app.request('/v1/lookups', { method: 'POST', body: JSON.stringify({ customerIds }), headers });
  const { items }: { items: Answer[] } = JSON.parse(await response.text());
  return { headers: Object.fromEntries(response.headers), items };
}

/** `RUN` is in L1 for everybody, `NEXT_RUN` was published just now. */
async function published(time: ManualTime): Promise<Fixture> {
  const fixture = await createFixture(everybody(RUN), { time });
  for (const id of IDS) await get(fixture, id);
  await fixture.publish(everybody(NEXT_RUN));
  fixture.store.reads.length = 0;
  return fixture;
}

const readCustomers = ({ store }: Fixture): readonly string[] => store.reads.flat();

test('a publish empties no cache: right after it every answer is of the generation before, and says so', async () => {
  await using fixture = await published(manualTime());
  for (const id of IDS) {
    expect(await get(fixture, id)).toMatchObject({
      segmentIds: [`g:${RUN}`],
      headers: {
        'segment-generation': RUN,
        'segment-epoch': '1',
        'segment-epoch-floor': '0',
        'segment-stale': '?1',
        'cache-status': 'segment-store; hit',
      },
    });
  }
  expect(readCustomers(fixture)).toEqual([]);
  expect(fixture.store.closed).toEqual([RUN]);
});

test('refreshes come in turns, each customer once, and the new answers carry no flag', async () => {
  const time = manualTime();
  await using fixture = await published(time);
  await time.advance(15); // of the 30 ms that sixty answers take
  for (const id of IDS) await get(fixture, id);
  await time.advance(0);
  const first = readCustomers(fixture).length;
  expect(first).toSatisfy((count: number) => count > 15 && count < 45);
  await time.advance(15);
  for (const id of IDS) await get(fixture, id);
  await time.advance(0);
  expect([...readCustomers(fixture)].sort()).toEqual([...IDS].sort());
  const { segmentIds, headers } = await get(fixture, 'c1');
  expect([segmentIds, headers['segment-epoch'], headers['segment-stale']]).toEqual([[`g:${NEXT_RUN}`], '2', undefined]);
});

test('while enough reads are under way no refresh begins: it can wait', async () => {
  const time = manualTime();
  await using fixture = await published(time);
  await time.advance(100);
  const reading = Promise.withResolvers<void>();
  fixture.store.onRead = () => reading.promise;
  for (const id of IDS) {
    await get(fixture, id);
    await time.advance(0);
  }
  expect(fixture.store.reads.length).toBe(8);
  reading.resolve();
});

test('after ten minutes an old answer is given only while the store is away', async () => {
  const time = manualTime();
  await using fixture = await published(time);
  await time.advance(10 * MINUTE - 10_000);
  fixture.store.onRead = () => Promise.reject(unavailable());
  expect(await get(fixture, 'c1')).toMatchObject({
    status: 200,
    segmentIds: [`g:${RUN}`],
    headers: { 'segment-stale': '?1', 'cache-status': 'segment-store; hit; detail=stale-if-error' },
  });
  expect((await get(fixture, 'never seen')).status).toBe(503);
  fixture.store.onRead = undefined;
  expect(await get(fixture, 'c1')).toMatchObject({ segmentIds: [`g:${NEXT_RUN}`] });
  await time.advance(24 * 60 * MINUTE);
  fixture.store.onRead = () => Promise.reject(unavailable());
  expect((await get(fixture, 'c2')).status).toBe(503);
  expect((await get(fixture, 'c1')).status).toBe(200);
});

test('filtered answers, full ones and memberships are kept over a publish like the others', async () => {
  const time = manualTime();
  const both = (run: string) => loadedRun(run, { c1: [`g:${run}`, 'same'] });
  await using fixture = await createFixture(both(RUN), { time });
  const asked = ['/segments?type=g', '/segments?view=full', '/segments/same'];
  const generations = async () => {
    const found: string[] = [];
    for (const path of asked) {
      const response = await fixture.app.request(`/v1/customers/c1${path}`);
      const text = await response.text();
      const { generation } = JSON.parse(text);
      expect([response.headers.get('segment-generation'), JSON.parse(text).generation]).toEqual([
        generation,
        generation,
      ]);
      expect(text.includes(`g:${generation === RUN ? NEXT_RUN : RUN}`)).toBe(false);
      found.push(generation);
    }
    return found;
  };
  await generations();
  await fixture.publish(both(NEXT_RUN));
  expect(await generations()).toEqual([RUN, RUN, RUN]);
  await time.advance(10);
  await generations();
  await time.advance(10);
  expect(await generations()).toEqual([NEXT_RUN, NEXT_RUN, NEXT_RUN]);
});

test('lookups of many are of one generation: the one before while all is kept of it, then the pinned one', async () => {
  const time = manualTime();
  await using fixture = await published(time);
  const before = await post(fixture, ['c1', 'c2', 'c3']);
  expect(before.headers).toMatchObject({ 'segment-generation': RUN, 'segment-epoch': '1', 'segment-stale': '?1' });
  expect(new Set(before.items.map(({ generation }) => generation))).toEqual(new Set([RUN]));
  const after = await post(fixture, ['c1', 'never seen', 'c2']);
  expect(after.headers).toMatchObject({ 'segment-generation': NEXT_RUN, 'segment-epoch': '2' });
  expect(after.headers['segment-stale']).toBeUndefined();
  expect(after.items.map(({ generation }) => generation)).toEqual([NEXT_RUN, NEXT_RUN, NEXT_RUN]);
  const mixed = await post(fixture, ['c1', 'c3']);
  expect(mixed.items.map(({ segmentIds }) => segmentIds)).toEqual([[`g:${NEXT_RUN}`], [`g:${NEXT_RUN}`]]);
});

test('lookups of many that the store does not answer: what is kept, each of its generation, and flagged', async () => {
  await using fixture = await published(manualTime());
  await post(fixture, ['c1', 'never seen']);
  fixture.store.onRead = () => Promise.reject(unavailable());
  const { headers, items } = await post(fixture, ['c1', 'c2', 'nor this one']);
  expect(items.map(({ status, generation, segmentIds }) => [status, generation, segmentIds])).toEqual([
    [200, NEXT_RUN, [`g:${NEXT_RUN}`]],
    [200, RUN, [`g:${RUN}`]],
    [503, undefined, undefined],
  ]);
  expect(headers).toMatchObject({ 'segment-generation': NEXT_RUN, 'segment-stale': '?1' });
});

test('after a roll back nothing from below the floor is answered, whatever is in L1', async () => {
  const time = manualTime();
  await using fixture = await published(time);
  await time.advance(100);
  for (const id of IDS) await get(fixture, id);
  await time.advance(0);
  expect((await get(fixture, 'c1')).generation).toBe(NEXT_RUN);
  await fixture.publish(everybody(RUN), { floor: 3 });
  for (const id of IDS) {
    const { segmentIds, headers } = await get(fixture, id);
    expect([segmentIds, headers['segment-epoch'], headers['segment-epoch-floor']]).toEqual([[`g:${RUN}`], '3', '3']);
  }
  await fixture.publish(everybody(LAST_RUN));
  const answers = await Promise.all(IDS.map((id) => get(fixture, id)));
  expect(answers.filter(({ generation }) => generation === NEXT_RUN)).toEqual([]);
  fixture.store.onRead = () => Promise.reject(unavailable());
  await time.advance(11 * MINUTE);
  const later = await Promise.all(IDS.map((id) => get(fixture, id)));
  expect(later.filter(({ generation }) => generation === NEXT_RUN)).toEqual([]);
});

test('a roll back within the clock’s ten seconds: the withdrawn generation ends, in L1 too, when nothing else opens', async () => {
  const time = manualTime();
  await using fixture = await createFixture(everybody(RUN), { time, withdrawnMs: 8_000 });
  await fixture.publish(everybody(NEXT_RUN));
  for (const id of IDS) await get(fixture, id);
  fixture.store.onOpen = () => Promise.reject(unavailable());
  fixture.store.publish(everybody(RUN), { floor: 3 });
  await expect.poll(() => fixture.serving.state.state).toBe('switching');
  await time.advance(7_999);
  expect((await get(fixture, 'c1')).generation).toBe(NEXT_RUN);
  await time.advance(1);
  expect(new Set((await Promise.all(IDS.map((id) => get(fixture, id)))).map(({ status }) => status))).toEqual(
    new Set([503]),
  );
});

test('an answer on its way since before a publish does not push out the newer one', async () => {
  const time = manualTime();
  await using fixture = await createFixture(everybody(RUN), { time });
  const reading = Promise.withResolvers<void>();
  fixture.store.onRead = () => reading.promise;
  const begun = get(fixture, 'c1');
  await time.advance(0);
  await fixture.publish(everybody(NEXT_RUN));
  fixture.store.onRead = undefined;
  expect((await get(fixture, 'c1')).generation).toBe(NEXT_RUN);
  reading.resolve();
  expect(await begun).toMatchObject({ generation: RUN, headers: { 'segment-stale': '?1' } });
  expect(await get(fixture, 'c1')).toMatchObject({
    generation: NEXT_RUN,
    headers: { 'cache-status': 'segment-store; hit' },
  });
});
