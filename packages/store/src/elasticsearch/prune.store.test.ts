/** What pruning leaves alone in an Elasticsearch that others use as well. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { servers } from '../../../../test/support/servers.ts';
import { callFor, published, runAt } from '../store.fixture.ts';
import type { Store } from '../store.ts';
import { type Asked, type Interposer, interpose } from './interposer.fixture.ts';
import { type ElasticsearchPlace, freshPlace } from './place.fixture.ts';

let elasticsearch: Interposer;
let place: ElasticsearchPlace;
let store: Store;

beforeEach(async () => {
  elasticsearch = await interpose(servers().elasticsearch);
  place = await freshPlace({}, elasticsearch.url);
  store = place.open();
});

afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await elasticsearch[Symbol.asyncDispose]();
  await place.remove();
});

const all = { keep: 0, youngerThanMs: 0 };

test('indices that are not ours stay, whatever their names', async () => {
  for (const index of [1, 2, 3]) await published(store, runAt(index), {});
  const others = [`${place.prefix}-members-notes`, `${place.prefix}-members-${runAt(9)}`];
  for (const other of others) await place.ask('PUT', `/${other}`);
  expect(await store.publisher.prune(all)).toMatchObject([{ run: runAt(1) }]);
  for (const other of others) expect(Object.keys(Object(await place.ask('GET', `/${other}`)))).toEqual([other]);
  expect(await place.ask('GET', `/${place.prefix}-members-${runAt(1)}`)).toMatchObject({ status: 404 });
});

test('a generation that a roll back brings back at that moment stays, and can be read', async () => {
  for (const index of [1, 2, 3]) await published(store, runAt(index), { a: [`g:${index}`] });
  await using other = await freshPlace({ prefix: place.prefix }).then(({ open }) => open());
  let back: Promise<unknown> | undefined;
  let isBack = false;
  const marks = ({ method, body }: Asked) => method === 'PUT' && body.includes('"removing":true');
  elasticsearch.answering((asked) => {
    if (!marks(asked)) return 'forward';
    // Twice, as far as the first run.
    back ??= other.publisher
      .rollBack(3)
      .then(() => other.publisher.rollBack(4))
      .then(() => {
        isBack = true;
      });
    return isBack ? 'forward' : { status: 409, body: {} };
  });
  expect(await store.publisher.prune(all)).toEqual([]);
  await back;
  expect(await store.publisher.live()).toMatchObject({ epoch: 5, generation: { run: runAt(1), state: 'live' } });
  await using reader = await store.reader.open(runAt(1), callFor());
  expect(await reader.read([], callFor())).toEqual([]);
});

test('what a lifecycle policy deleted leaves no records behind', async () => {
  for (const index of [1, 2, 3]) await published(store, runAt(index), {});
  await place.ask('DELETE', `/${place.prefix}-members-${runAt(1)},${place.prefix}-catalogue-${runAt(1)}`);
  expect(await store.publisher.prune(all)).toMatchObject([{ run: runAt(1) }]);
  await expect(store.publisher.status(runAt(1))).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
