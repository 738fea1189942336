/** A store that is only looked at, by what arrives at Elasticsearch. */
import { parseCustomerId, parseSegmentId } from '@segment-store/contract/id';
import { expect, test } from 'vitest';
import { servers } from '../../../../test/support/servers.ts';
import { callFor, published, runAt } from '../store.fixture.ts';
import { GENESIS, type Store } from '../store.ts';
import { type Asked, interpose } from './interposer.fixture.ts';
import { freshPlace } from './place.fixture.ts';

const READING = /\/(_search|_msearch|_mget|_count)(\?|$)/;
const writes = ({ method, path }: Asked) => !['GET', 'HEAD'].includes(method) && !READING.test(path);

/** Everything that a store which is only looked at can be asked. */
async function lookAround(store: Store, run = GENESIS): Promise<void> {
  await store.publisher.live();
  await store.publisher.generations();
  await store.reader.generations(callFor());
  for await (const _ of store.reader.live(callFor())) break;
  await using reader = await store.reader.open(run, callFor());
  await reader.read(['a', 'b'].map(parseCustomerId), callFor());
  await reader.count([parseSegmentId('s:1')], callFor());
  if (run !== GENESIS) await store.publisher.condition(run);
}

test('a store that is only looked at sends no request that writes, and leaves no index behind', async (context) => {
  await using elasticsearch = await interpose(servers().elasticsearch);
  const written: string[] = [];
  elasticsearch.answering((asked) => {
    if (!writes(asked)) return 'forward';
    written.push(`${asked.method} ${asked.path}`);
    return { status: 403, body: {} };
  });
  const place = await freshPlace();
  context.onTestFinished(() => place.remove());
  const looked = await freshPlace({ prefix: place.prefix, readOnly: true }, elasticsearch.url);
  await using store = looked.open({ readOnly: true });
  await lookAround(store);
  expect(await place.ask('GET', `/${place.prefix}-*`)).toEqual({});
  await using writing = place.open();
  await published(writing, runAt(1), { a: ['s:1'] });
  await lookAround(store, runAt(1));
  expect(written).toEqual([]);
});

test('generations of which none is marked as live are refused, not taken for an empty store', async (context) => {
  const place = await freshPlace();
  context.onTestFinished(() => place.remove());
  {
    await using store = place.open();
    await published(store, runAt(1), {});
  }
  const marker = `${place.prefix}-epoch-000001-floor-000000`;
  await place.ask('POST', '/_aliases', { actions: [{ remove: { index: '*', alias: marker } }] });
  await using store = place.open({ readOnly: true });
  await expect(store.publisher.live()).rejects.toMatchObject({ code: 'UNSUPPORTED' });
});
