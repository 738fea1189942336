/** What gates learn about indices that were changed, or are not whole. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { servers } from '../../../../test/support/servers.ts';
import { callFor, runAt, sealed } from '../store.fixture.ts';
import type { Store } from '../store.ts';
import { type Interposer, interpose } from './interposer.fixture.ts';
import { membersMapping } from './layout.ts';
import { type ElasticsearchPlace, freshPlace } from './place.fixture.ts';

let elasticsearch: Interposer;
let place: ElasticsearchPlace;
let store: Store;
let members: string;

beforeEach(async () => {
  elasticsearch = await interpose(servers().elasticsearch);
  place = await freshPlace({ patienceMs: 20_000, shards: 2 }, elasticsearch.url);
  store = place.open();
  members = `${place.prefix}-members-${runAt(1)}`;
  await sealed(store, runAt(1), { a: ['s:1'], b: ['s:1', 's:2'] });
});

afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await elasticsearch[Symbol.asyncDispose]();
  await place.remove();
});

describe('the condition of a generation', () => {
  test('names what was added to its mapping and set on its indices', async () => {
    await place.ask('PUT', `/${members}/_mapping`, { dynamic: true, properties: { note: { type: 'text' } } });
    const index = { refresh_interval: '-1', 'blocks.write': true, 'lifecycle.name': 'delete-soon' };
    await place.ask('PUT', `/${members}/_settings`, { index });
    const { changes, counted } = await store.publisher.condition(runAt(1));
    expect(changes).toEqual([
      `${members}, mapping: dynamic is true, it was made strict`,
      `${members}, mapping: properties.note.type is text, it was made without`,
      `${members}, settings: blocks.write is true, it was made without`,
      `${members}, settings: lifecycle.name is delete-soon, it was made without`,
      `${members}, settings: refresh_interval is -1, it was made without`,
    ]);
    expect(counted).toEqual({ members: 2, segments: 2 });
  });

  test('names what another mapping has instead', async () => {
    const catalogue = `${place.prefix}-catalogue-${runAt(1)}`;
    await place.ask('DELETE', `/${catalogue}`);
    await place.ask('PUT', `/${catalogue}`, { mappings: { properties: { name: { type: 'keyword' } } } });
    const { changes, counted } = await store.publisher.condition(runAt(1));
    expect(changes).toEqual([
      `${catalogue}, mapping: dynamic is not set, it was made false`,
      `${catalogue}, mapping: properties.id.type is not set, it was made keyword`,
      `${catalogue}, mapping: properties.name.type is keyword, it was made without`,
    ]);
    expect(counted).toEqual({ members: 2, segments: 0 });
    await place.ask('DELETE', `/${catalogue}`);
    await expect(store.publisher.condition(runAt(1))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('tells copies that are missing', async () => {
    await place.ask('PUT', `/${members}/_settings`, { index: { auto_expand_replicas: false, number_of_replicas: 2 } });
    expect(await store.publisher.condition(runAt(1))).toMatchObject({
      health: 'yellow',
      shards: { wanted: 7, active: 3, starting: 0, missing: 4, lost: 0 },
      counted: { members: 2, segments: 2 },
    });
  });

  test('tells documents that are missing, and counts nothing then', async () => {
    await place.ask('DELETE', `/${members}`);
    const nowhere = { number_of_shards: 2, number_of_replicas: 0, 'routing.allocation.require._name': 'nobody' };
    const made = { settings: nowhere, mappings: membersMapping };
    await place.ask('PUT', `/${members}?wait_for_active_shards=0`, made);
    const { health, shards, counted } = await store.publisher.condition(runAt(1));
    expect({ health, shards, counted }).toEqual({
      counted: undefined,
      health: 'red',
      shards: { wanted: 3, active: 1, starting: 0, missing: 2, lost: 2 },
    });
  });
});

describe('members of each segment', () => {
  const segments = async () => {
    await using reader = await store.reader.open(runAt(1), callFor());
    return await reader.count([...reader.catalogue.keys()], callFor());
  };
  const part = { _shards: { failed: 1 }, hits: { total: { value: 1 } }, status: 200 };
  const busy = { error: { type: 'es_rejected_execution_exception' }, status: 429 };

  test.each([
    ['a shard did not answer', part],
    ['a search was refused as one too many', busy],
  ])('are counted again when %s', async (_, refused) => {
    let asked = 0;
    elasticsearch.answering(({ path }) => {
      if (!path.includes('/_msearch')) return 'forward';
      asked += 1;
      return asked === 1 ? { status: 200, body: { responses: [refused, refused] } } : 'forward';
    });
    expect(await segments()).toEqual([2, 1]);
    expect(asked).toBe(2);
  });

  test('are refused when the index is gone', async () => {
    await using reader = await store.reader.open(runAt(1), callFor());
    await place.ask('DELETE', `/${members}`);
    await expect(reader.count([...reader.catalogue.keys()], callFor())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
