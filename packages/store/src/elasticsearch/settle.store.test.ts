/** The end of a build: merged, copied, and waited for, as far as that is possible now. */
import { describe, expect, test } from 'vitest';
import type { Settling } from '../settling.ts';
import { callFor, manifestOf, runAt, sealed } from '../store.fixture.ts';
import { interposedPlaces } from './interposed-place.fixture.ts';
import type { Asked } from './interposer.fixture.ts';

const given = interposedPlaces();

const members = () => `${given.place.prefix}-members-${runAt(1)}`;

async function settings(): Promise<unknown> {
  return Reflect.get(Object(await given.place.ask('GET', `/${members()}/_settings`)), members())?.settings.index;
}

/** Health of our indices, and of the cluster. */
const isHealth = ({ path }: Asked) => path.startsWith('/_cluster/health');
const isOurHealth = (asked: Asked) => isHealth(asked) && asked.path.includes(members());
const shard = { number_of_shards: 1, number_of_replicas: 1, active_primary_shards: 1, active_shards: 1 };
const yellow = (initializing_shards: number) => ({
  status: 200,
  body: {
    status: 'yellow',
    initializing_shards,
    relocating_shards: 0,
    indices: { x: { ...shard, initializing_shards } },
  },
});

describe('copies', () => {
  test('are as many as there are other nodes, at most one, unless a number is asked for', async () => {
    {
      await using store = given.place.open();
      await sealed(store, runAt(1), {});
      expect(await settings()).toMatchObject({ auto_expand_replicas: '0-1', number_of_replicas: '0' });
      expect(await settings()).not.toHaveProperty('refresh_interval');
      await store.publisher.remove(runAt(1));
    }
    await using store = given.place.open({ replicas: 0 });
    await sealed(store, runAt(1), {});
    expect(await settings()).toMatchObject({ auto_expand_replicas: 'false', number_of_replicas: '0' });
  });

  test('are there from the start when asked for', async () => {
    await using store = given.place.open({ replicas: 2, replicasFromStart: true });
    await using build = await store.writer.build(manifestOf(runAt(1)), callFor());
    await build.catalogue((async function* () {})());
    expect(await settings()).toMatchObject({ number_of_replicas: '2', refresh_interval: '-1' });
  });

  test('that are being made are waited for, and told about', async () => {
    const told: Settling[] = [];
    await using store = given.place.open({ onSettling: (settling) => told.push(settling) });
    const size = { total_in_bytes: 1_000, recovered_in_bytes: 250 };
    const copying = {
      x: {
        shards: [
          { type: 'PEER', index: { size } },
          { type: 'EMPTY_STORE', index: { size } },
        ],
      },
    };
    given.elasticsearch.answering((asked) => {
      if (asked.path.includes('/_recovery')) return { status: 200, body: copying };
      return isOurHealth(asked) && told.length < 2 ? yellow(1) : 'forward';
    });
    const startedAt = performance.now();
    expect(await sealed(store, runAt(1), { a: [] })).toMatchObject({ state: 'sealed' });
    expect(performance.now() - startedAt).toBeGreaterThan(10_000);
    expect(told).toMatchObject(Array(2).fill({ run: runAt(1), step: 'copy', totalBytes: 1_000, doneBytes: 250 }));
    expect(told[0]?.remainingMs).toBeCloseTo((told[0]?.elapsedMs ?? 0) * 3);
  });

  test('that others stand in front of are waited for as well', async () => {
    let looks = 0;
    given.elasticsearch.answering((asked) => {
      if (isOurHealth(asked)) return ++looks < 14 ? yellow(0) : 'forward';
      return asked.path.startsWith('/_recovery')
        ? { status: 200, body: { other: { shards: [{ type: 'PEER' }] } } }
        : 'forward';
    });
    await using store = given.place.open();
    await sealed(store, runAt(1), {});
    expect(looks).toBe(14);
  });

  test('that cannot be made are no reason not to seal: they are a figure of its condition', async () => {
    await using store = given.place.open({ replicas: 3 });
    await sealed(store, runAt(1), { a: [] });
    expect(await store.publisher.condition(runAt(1))).toMatchObject({ health: 'yellow', shards: { missing: 6 } });
  });

  test('are waited for no longer than asked for', async () => {
    given.elasticsearch.answering((asked) => (isOurHealth(asked) ? yellow(1) : 'forward'));
    await using store = given.place.open({ settleMs: 1_500 });
    const startedAt = performance.now();
    await sealed(store, runAt(1), { a: [] });
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });
});

test('a seal merges what was written when asked for', async () => {
  await using store = given.place.open({ forceMergeTo: 1 });
  const parts = Array.from({ length: 6 }, (_, index) => ({ [`a${index}`]: ['s:1'], [`b${index}`]: ['s:2'] }));
  given.elasticsearch.answering((asked) => {
    // A refresh after every bulk, so that there is something to merge.
    if (asked.path.includes('/_bulk') && asked.path.includes('-build-'))
      void given.place.ask('POST', `/${members()}/_refresh`);
    return 'forward';
  });
  await sealed(store, runAt(1), ...parts);
  const stats = Object(await given.place.ask('GET', `/${members()}/_stats/segments`));
  expect(stats._all.primaries.segments.count).toBe(1);
});
