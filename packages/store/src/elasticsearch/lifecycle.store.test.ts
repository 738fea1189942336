/** Which indices carry a lifecycle policy, and since when: by their settings. Nothing here executes one. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { servers } from '../../../../test/support/servers.ts';
import { published, runAt, sealed } from '../store.fixture.ts';
import type { Store } from '../store.ts';
import { type Interposer, interpose } from './interposer.fixture.ts';
import { type ElasticsearchPlace, freshPlace } from './place.fixture.ts';

let elasticsearch: Interposer;
let place: ElasticsearchPlace;
let store: Store;

beforeEach(async () => {
  elasticsearch = await interpose(servers().elasticsearch);
  place = await freshPlace({ ilmPolicy: 'segments-retired' }, elasticsearch.url);
  store = place.open();
});

afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await elasticsearch[Symbol.asyncDispose]();
  await place.remove();
});

/** Kind and second of each index that has a policy, and since when its age counts. */
async function policies(): Promise<Record<string, { name: string; origination_date?: string }>> {
  const settings = Object(await place.ask('GET', `/${place.prefix}-*/_settings/index.lifecycle.*`));
  const found = Object.keys(settings).map((index) => [
    index.slice(place.prefix.length + 1),
    Object(settings)[index].settings.index?.lifecycle,
  ]);
  return Object.fromEntries(found.filter(([, lifecycle]) => lifecycle !== undefined));
}

const indicesOf = (index: number) => [`catalogue-${runAt(index)}`, `members-${runAt(index)}`];

async function retiredAt(index: number): Promise<string> {
  const found = (await store.publisher.generations()).find(({ run }) => run === runAt(index));
  if (found?.state !== 'retired' && found?.state !== 'withdrawn') throw new Error(`run ${index} is ${found?.state}`);
  return String(found.retiredAt.getTime());
}

test('a generation has a policy from its retirement on, its age counting from then; never the live one', async () => {
  await published(store, runAt(1), {});
  expect(await policies()).toEqual({});
  await published(store, runAt(2), {});
  const policy = { name: 'segments-retired', origination_date: await retiredAt(1) };
  expect(await policies()).toEqual(Object.fromEntries(indicesOf(1).map((index) => [index, policy])));
});

test('a roll back takes it off before the generation goes live again, and puts it on what is withdrawn', async () => {
  await published(store, runAt(1), {});
  await published(store, runAt(2), {});
  let whenMoved: unknown;
  elasticsearch.answering(({ path }) => {
    if (path === '/_aliases') whenMoved = policies();
    return 'forward';
  });
  await store.publisher.rollBack(2);
  expect(Object.keys(Object(await whenMoved))).not.toContain(`members-${runAt(1)}`);
  expect(Object.keys(await policies()).sort()).toEqual(indicesOf(2));
  expect(await policies()).toMatchObject({ [`members-${runAt(2)}`]: { origination_date: await retiredAt(2) } });
});

test('a policy that others gave a generation while it was built is named by its condition, and gone when it is live', async () => {
  await sealed(store, runAt(1), {});
  const members = `${place.prefix}-members-${runAt(1)}`;
  await place.ask('PUT', `/${members}/_settings`, { index: { 'lifecycle.name': 'of-a-template' } });
  const { changes } = await store.publisher.condition(runAt(1));
  expect(changes).toEqual([`${members}, settings: lifecycle.name is of-a-template, it was made without`]);
  await store.publisher.publish(runAt(1), 0, []);
  expect(await policies()).toEqual({});
});

test('a policy that could not be attached is attached after the next publish', async () => {
  await published(store, runAt(1), {});
  await sealed(store, runAt(2), {});
  elasticsearch.answering(({ body }) => (body.includes('segments-retired') ? { status: 503, body: {} } : 'forward'));
  expect(await store.publisher.publish(runAt(2), 1, [])).toMatchObject({ epoch: 2 });
  expect(await policies()).toEqual({});
  elasticsearch.answering(() => 'forward');
  await published(store, runAt(3), {});
  expect(Object.keys(await policies()).sort()).toEqual([...indicesOf(1), ...indicesOf(2)].sort());
});

test('without the option none is attached, and one from before is still taken off', async () => {
  await published(store, runAt(1), {});
  await published(store, runAt(2), {});
  const other = await freshPlace({ prefix: place.prefix });
  await using plain = other.open();
  await plain.publisher.rollBack(2);
  expect(await policies()).toEqual({});
});
