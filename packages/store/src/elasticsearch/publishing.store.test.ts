/** Publishers whose words are lost, come late, or come twice. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { servers } from '../../../../test/support/servers.ts';
import { published, runAt, sealed } from '../store.fixture.ts';
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

const states = async () => (await store.publisher.generations()).map(({ state }) => state);
const isMove = ({ path }: Asked) => path === '/_aliases';

/** Does `work` while every control record that is written after the aliases moved is lost. */
async function losingLastWords<T>(work: () => Promise<T>): Promise<T> {
  let moved = false;
  elasticsearch.answering((asked) => {
    const isLost = moved && asked.method === 'PUT' && asked.path.includes('-control/');
    moved ||= isMove(asked);
    return isLost ? { status: 503, body: {} } : 'forward';
  });
  try {
    return await work();
  } finally {
    elasticsearch.answering(() => 'forward');
  }
}

describe('the last words of a publisher, when they are lost', () => {
  test('never make a withdrawn generation a retired one that could come back', async () => {
    await published(store, runAt(1), {});
    await published(store, runAt(2), {});
    await losingLastWords(() => store.publisher.rollBack(2));
    expect(await states()).toEqual(['live', 'withdrawn']);
    await store.publisher.unhold();
    await published(store, runAt(3), {});
    expect(await states()).toEqual(['retired', 'withdrawn', 'live']);
    await published(store, runAt(4), {});
    expect(await states()).toEqual(['retired', 'withdrawn', 'retired', 'live']);
  });

  test('never make a retired generation a withdrawn one', async () => {
    await published(store, runAt(1), {});
    await published(store, runAt(2), {});
    await sealed(store, runAt(3), {});
    await losingLastWords(() => store.publisher.publish(runAt(3), 2, []));
    await published(store, runAt(4), {});
    expect(await store.publisher.rollBack(4)).toMatchObject({ generation: { run: runAt(3) } });
    expect(await states()).toEqual(['retired', 'retired', 'live', 'withdrawn']);
    expect(await store.publisher.rollBack(5)).toMatchObject({ generation: { run: runAt(2) } });
  });
});

describe('a move whose answer is lost', () => {
  test('and that happens a moment later has happened', async () => {
    await published(store, runAt(1), {});
    await published(store, runAt(2), {});
    let late: (() => Promise<unknown>) | undefined;
    let looks = 0;
    elasticsearch.answering((asked) => {
      if (isMove(asked)) {
        late = () => place.ask('POST', '/_aliases', JSON.parse(asked.body));
        return { status: 503, body: {} };
      }
      if (late !== undefined && asked.path.startsWith('/_alias/') && ++looks === 3) void late();
      return 'forward';
    });
    expect(await store.publisher.rollBack(2)).toMatchObject({ epoch: 3, floor: 3, generation: { run: runAt(1) } });
  });

  test('and that does not happen says that it still may', async () => {
    await published(store, runAt(1), {});
    await published(store, runAt(2), {});
    elasticsearch.answering((asked) => (isMove(asked) ? { status: 503, body: {} } : 'forward'));
    await expect(store.publisher.rollBack(2)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('look at the generations'),
    });
    elasticsearch.answering(() => 'forward');
    await expect(store.publisher.publish(runAt(3), 2, [])).rejects.toMatchObject({ code: 'ON_HOLD' });
  });

  test('is refused at once when it was refused', async () => {
    await sealed(store, runAt(1), {});
    elasticsearch.answering((asked) => (isMove(asked) ? { status: 403, body: {} } : 'forward'));
    const startedAt = performance.now();
    await expect(store.publisher.publish(runAt(1), 0, [])).rejects.toMatchObject({ code: 'DENIED' });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});

describe('two publishers of one run', () => {
  test('leave the verdicts of the one that won', async () => {
    await sealed(store, runAt(1), {});
    await using other = place.open();
    const verdict = (figure: string) => [{ gate: 'counts', figure, limit: '1', passed: true }];
    const results = await Promise.allSettled([
      store.publisher.publish(runAt(1), 0, verdict('first')),
      other.publisher.publish(runAt(1), 0, verdict('second')),
    ]);
    const winner = results.findIndex(({ status }) => status === 'fulfilled');
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results[1 - winner]).toMatchObject({ reason: { code: 'FENCED' } });
    const index = `${place.prefix}-members-${runAt(1)}`;
    const gates = [{ figure: winner === 0 ? 'first' : 'second' }];
    expect(await place.ask('GET', `/${index}/_mapping`)).toMatchObject({ [index]: { mappings: { _meta: { gates } } } });
  });
});

describe('a hold', () => {
  test('that another roll back has set meanwhile is not taken away', async () => {
    for (const index of [1, 2]) await published(store, runAt(index), {});
    await store.publisher.rollBack(2);
    let again = false;
    elasticsearch.answering(({ method, path }) => {
      if (method === 'DELETE' && path.includes('/_doc/hold')) again = true;
      return again && method === 'DELETE' ? { status: 409, body: {} } : 'forward';
    });
    await expect(store.publisher.unhold()).rejects.toMatchObject({ code: 'FENCED' });
    elasticsearch.answering(() => 'forward');
    expect(await store.publisher.unhold()).toBe(true);
  });
});

describe('a deployment that is not whole', () => {
  test('without its control index is refused, and none is made in its place', async () => {
    await published(store, runAt(1), {});
    await place.ask('DELETE', `/${place.prefix}-control`);
    await using other = place.open();
    const expected = { code: 'UNSUPPORTED', message: expect.stringContaining(`${place.prefix}-control is gone`) };
    await expect(other.publisher.live()).rejects.toMatchObject(expected);
    expect(await place.ask('GET', `/${place.prefix}-control`)).toMatchObject({ status: 404 });
  });

  test('without its marker is refused with the remedy', async () => {
    await store.publisher.live();
    const marker = `${place.prefix}-epoch-000000-floor-000000`;
    await place.ask('POST', '/_aliases', { actions: [{ remove: { index: '*', alias: marker } }] });
    await using other = place.open();
    const expected = { code: 'UNSUPPORTED', message: expect.stringContaining(marker) };
    await expect(other.publisher.live()).rejects.toMatchObject(expected);
  });

  test('is waited for while its control index does not answer yet', async () => {
    let asked = 0;
    elasticsearch.answering(({ path }) => {
      const isControl = path.includes('-control/_doc/');
      return isControl && ++asked <= 2 ? { status: 503, body: {} } : 'forward';
    });
    expect(await store.publisher.live()).toMatchObject({ epoch: 0 });
    expect(asked).toBeGreaterThan(2);
  });
});

test('a store that is closed while Elasticsearch is silent ends at once, and so does whoever waits for it', async () => {
  elasticsearch.answering(() => 'silence');
  const stop = new AbortController();
  const silent = place.open();
  const call = { signal: stop.signal, deadlineAt: Number.POSITIVE_INFINITY };
  const startedAt = performance.now();
  const live = silent.publisher.live();
  const heard = Array.fromAsync(silent.reader.live(call));
  stop.abort();
  expect(await heard).toEqual([]);
  const refused = expect(live).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('closed'),
  });
  await silent[Symbol.asyncDispose]();
  await refused;
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});
