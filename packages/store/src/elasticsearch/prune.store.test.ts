/** What pruning leaves alone in an Elasticsearch that others use as well. */
import { expect, test } from 'vitest';
import { callFor, published, runAt } from '../store.fixture.ts';
import { interposedPlaces } from './interposed-place.fixture.ts';
import type { Asked } from './interposer.fixture.ts';
import { freshPlace } from './place.fixture.ts';

const given = interposedPlaces();

const all = { keep: 0, youngerThanMs: 0 };

test('indices that are not ours stay, whatever their names', async () => {
  for (const index of [1, 2, 3]) await published(given.store, runAt(index), {});
  const others = [`${given.place.prefix}-members-notes`, `${given.place.prefix}-members-${runAt(9)}`];
  for (const other of others) await given.place.ask('PUT', `/${other}`);
  expect(await given.store.publisher.prune(all)).toMatchObject([{ run: runAt(1) }]);
  for (const other of others) expect(Object.keys(Object(await given.place.ask('GET', `/${other}`)))).toEqual([other]);
  expect(await given.place.ask('GET', `/${given.place.prefix}-members-${runAt(1)}`)).toMatchObject({ status: 404 });
});

test('a generation that a roll back brings back at that moment stays, and can be read', async () => {
  for (const index of [1, 2, 3]) await published(given.store, runAt(index), { a: [`g:${index}`] });
  await using other = await freshPlace({ prefix: given.place.prefix }).then(({ open }) => open());
  let back: Promise<unknown> | undefined;
  let isBack = false;
  const marks = ({ method, body }: Asked) => method === 'PUT' && body.includes('"removing":true');
  given.elasticsearch.answering((asked) => {
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
  expect(await given.store.publisher.prune(all)).toEqual([]);
  await back;
  expect(await given.store.publisher.live()).toMatchObject({ epoch: 5, generation: { run: runAt(1), state: 'live' } });
  await using reader = await given.store.reader.open(runAt(1), callFor());
  expect(await reader.read([], callFor())).toEqual([]);
});

test('what a lifecycle policy deleted leaves no records behind', async () => {
  for (const index of [1, 2, 3]) await published(given.store, runAt(index), {});
  await given.place.ask(
    'DELETE',
    `/${given.place.prefix}-members-${runAt(1)},${given.place.prefix}-catalogue-${runAt(1)}`,
  );
  expect(await given.store.publisher.prune(all)).toMatchObject([{ run: runAt(1) }]);
  await expect(given.store.publisher.status(runAt(1))).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
