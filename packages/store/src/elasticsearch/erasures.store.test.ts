/** Erasures when Elasticsearch does half of what it is asked, and what is left of a customer afterwards. */
import { type CustomerId, parseCustomerId } from '@segment-store/contract/id';
import { expect, test } from 'vitest';
import { callFor, fillAll, manifestOf, published, runAt, segmentsOf } from '../store.fixture.ts';
import type { Build } from '../store.ts';
import { interposedPlaces } from './interposed-place.fixture.ts';
import type { Asked } from './interposer.fixture.ts';

const anna: CustomerId = parseCustomerId('anna "the first"');

const given = interposedPlaces();

async function filled(): Promise<Build> {
  const build = await given.store.writer.build(manifestOf(runAt(1)), callFor());
  await build.catalogue(segmentsOf('s:1'));
  await fillAll(build, [{ [anna]: ['s:1'], b: ['s:1'] }]);
  return build;
}

/** Everything that is stored outside the run's own documents, as text. */
async function kept(): Promise<string> {
  await given.place.ask('POST', `/${given.place.prefix}-*/_refresh`);
  return JSON.stringify(
    await given.place.ask('GET', `/${given.place.prefix}-control,${given.place.prefix}-erasures/_search?size=1000`),
  );
}

test('nothing that is kept names who is erased, once the builds of that time are sealed', async () => {
  {
    await using build = await filled();
    await given.store.erasures.add([anna], callFor());
    expect(await kept()).toContain('the first');
    await build.seal();
  }
  expect(await kept()).not.toContain('the first');
  expect((await given.store.erasures.list(callFor())).has(anna)).toBe(true);
  const members = JSON.stringify(await given.place.ask('GET', `/${given.place.prefix}-members-*/_search`));
  expect(members).toContain('"customer_id":"b"');
  expect(members).not.toContain('the first');
});

test('a seal that was cut off after it had deleted them is done again by the next job', async () => {
  {
    await using build = await filled();
    await given.store.erasures.add([anna], callFor());
    const isSealed = ({ method, path, body }: Asked) =>
      method === 'PUT' && path.includes('-control/') && body.includes('"state":"sealed"');
    given.elasticsearch.answering((asked) => (isSealed(asked) ? { status: 403, body: {} } : 'forward'));
    await expect(build.seal()).rejects.toMatchObject({ code: 'DENIED' });
    given.elasticsearch.answering(() => 'forward');
  }
  const members = `${given.place.prefix}-members-${runAt(1)}`;
  expect(await given.place.ask('GET', `/${members}/_count`)).toMatchObject({ count: 1 });
  await using build = await given.store.writer.build(manifestOf(runAt(1)), callFor());
  expect(await build.seal()).toMatchObject({ members: 1, memberships: 1, state: 'sealed' });
});

test('an index that takes no deletes says so, and erasing again does the rest', async () => {
  await published(given.store, runAt(1), { [anna]: ['s:1'], b: [] });
  const members = `${given.place.prefix}-members-${runAt(1)}`;
  await given.place.ask('PUT', `/${members}/_settings`, { index: { 'blocks.read_only_allow_delete': true } });
  await expect(given.store.erasures.add([anna], callFor())).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('free disk space'),
  });
  await given.place.ask('PUT', `/${members}/_settings`, { index: { 'blocks.read_only_allow_delete': null } });
  const receipt = await given.store.erasures.add([anna], callFor());
  expect(receipt).toMatchObject({ recorded: 0, generations: [{ run: runAt(1), deleted: 1 }] });
  expect((await given.store.publisher.live()).generation).toMatchObject({ members: 2, erased: 1 });
});

test('a list that was kept only in part is said to be', async () => {
  const busy = { create: { status: 429, error: { type: 'es_rejected_execution_exception' } } };
  given.elasticsearch.answering(({ path }) =>
    path.includes('-erasures/_bulk') ? { status: 200, body: { items: [busy] } } : 'forward',
  );
  const refused = { code: 'UNAVAILABLE', retryable: true, message: expect.stringContaining('429') };
  await expect(given.store.erasures.add([anna], callFor())).rejects.toMatchObject(refused);
});
