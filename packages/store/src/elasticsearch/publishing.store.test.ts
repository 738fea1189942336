/** Publishers whose words are lost, come late, or come twice. */
import { describe, expect, test } from 'vitest';
import { published, runAt, sealed } from '../store.fixture.ts';
import { interposedPlaces } from './interposed-place.fixture.ts';
import type { Asked } from './interposer.fixture.ts';

const given = interposedPlaces();

const states = async () => (await given.store.publisher.generations()).map(({ state }) => state);
const isMove = ({ path }: Asked) => path === '/_aliases';

/** Does `work` while every control record that is written after the aliases moved is lost. */
async function losingLastWords<T>(work: () => Promise<T>): Promise<T> {
  let moved = false;
  given.elasticsearch.answering((asked) => {
    const isLost = moved && asked.method === 'PUT' && asked.path.includes('-control/');
    moved ||= isMove(asked);
    return isLost ? { status: 503, body: {} } : 'forward';
  });
  try {
    return await work();
  } finally {
    given.elasticsearch.answering(() => 'forward');
  }
}

describe('the last words of a publisher, when they are lost', () => {
  test('never make a withdrawn generation a retired one that could come back', async () => {
    await published(given.store, runAt(1), {});
    await published(given.store, runAt(2), {});
    await losingLastWords(() => given.store.publisher.rollBack(2));
    expect(await states()).toEqual(['live', 'withdrawn']);
    await given.store.publisher.unhold();
    await published(given.store, runAt(3), {});
    expect(await states()).toEqual(['retired', 'withdrawn', 'live']);
    await published(given.store, runAt(4), {});
    expect(await states()).toEqual(['retired', 'withdrawn', 'retired', 'live']);
  });

  test('never make a retired generation a withdrawn one', async () => {
    await published(given.store, runAt(1), {});
    await published(given.store, runAt(2), {});
    await sealed(given.store, runAt(3), {});
    await losingLastWords(() => given.store.publisher.publish(runAt(3), 2, []));
    await published(given.store, runAt(4), {});
    expect(await given.store.publisher.rollBack(4)).toMatchObject({ generation: { run: runAt(3) } });
    expect(await states()).toEqual(['retired', 'retired', 'live', 'withdrawn']);
    expect(await given.store.publisher.rollBack(5)).toMatchObject({ generation: { run: runAt(2) } });
  });
});

describe('a move whose answer is lost', () => {
  test('and that happens a moment later has happened', async () => {
    await published(given.store, runAt(1), {});
    await published(given.store, runAt(2), {});
    let late: (() => Promise<unknown>) | undefined;
    let looks = 0;
    given.elasticsearch.answering((asked) => {
      if (isMove(asked)) {
        late = () => given.place.ask('POST', '/_aliases', JSON.parse(asked.body));
        return { status: 503, body: {} };
      }
      if (late !== undefined && asked.path.startsWith('/_alias/') && ++looks === 3) void late();
      return 'forward';
    });
    expect(await given.store.publisher.rollBack(2)).toMatchObject({
      epoch: 3,
      floor: 3,
      generation: { run: runAt(1) },
    });
  });

  test('and that does not happen says that it still may', async () => {
    await published(given.store, runAt(1), {});
    await published(given.store, runAt(2), {});
    given.elasticsearch.answering((asked) => (isMove(asked) ? { status: 503, body: {} } : 'forward'));
    await expect(given.store.publisher.rollBack(2)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('look at the generations'),
    });
    given.elasticsearch.answering(() => 'forward');
    await expect(given.store.publisher.publish(runAt(3), 2, [])).rejects.toMatchObject({ code: 'ON_HOLD' });
  });

  test('is refused at once when it was refused', async () => {
    await sealed(given.store, runAt(1), {});
    given.elasticsearch.answering((asked) => (isMove(asked) ? { status: 403, body: {} } : 'forward'));
    const startedAt = performance.now();
    await expect(given.store.publisher.publish(runAt(1), 0, [])).rejects.toMatchObject({ code: 'DENIED' });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});

describe('two publishers of one run', () => {
  test('leave the verdicts of the one that won', async () => {
    await sealed(given.store, runAt(1), {});
    await using other = given.place.open();
    const verdict = (figure: string) => [{ gate: 'counts', figure, limit: '1', passed: true }];
    const results = await Promise.allSettled([
      given.store.publisher.publish(runAt(1), 0, verdict('first')),
      other.publisher.publish(runAt(1), 0, verdict('second')),
    ]);
    const winner = results.findIndex(({ status }) => status === 'fulfilled');
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results[1 - winner]).toMatchObject({ reason: { code: 'FENCED' } });
    const index = `${given.place.prefix}-members-${runAt(1)}`;
    const gates = [{ figure: winner === 0 ? 'first' : 'second' }];
    expect(await given.place.ask('GET', `/${index}/_mapping`)).toMatchObject({
      [index]: { mappings: { _meta: { gates } } },
    });
  });
});

describe('a hold', () => {
  test('that another roll back has set meanwhile is not taken away', async () => {
    for (const index of [1, 2]) await published(given.store, runAt(index), {});
    await given.store.publisher.rollBack(2);
    let again = false;
    given.elasticsearch.answering(({ method, path }) => {
      if (method === 'DELETE' && path.includes('/_doc/hold')) again = true;
      return again && method === 'DELETE' ? { status: 409, body: {} } : 'forward';
    });
    await expect(given.store.publisher.unhold()).rejects.toMatchObject({ code: 'FENCED' });
    given.elasticsearch.answering(() => 'forward');
    expect(await given.store.publisher.unhold()).toBe(true);
  });
});

describe('a deployment that is not whole', () => {
  test('without its control index is refused, and none is made in its place', async () => {
    await published(given.store, runAt(1), {});
    await given.place.ask('DELETE', `/${given.place.prefix}-control`);
    await using other = given.place.open();
    const expected = { code: 'UNSUPPORTED', message: expect.stringContaining(`${given.place.prefix}-control is gone`) };
    await expect(other.publisher.live()).rejects.toMatchObject(expected);
    expect(await given.place.ask('GET', `/${given.place.prefix}-control`)).toMatchObject({ status: 404 });
  });

  test('without its marker is refused with the remedy', async () => {
    await given.store.publisher.live();
    const marker = `${given.place.prefix}-epoch-000000-floor-000000`;
    await given.place.ask('POST', '/_aliases', { actions: [{ remove: { index: '*', alias: marker } }] });
    await using other = given.place.open();
    const expected = { code: 'UNSUPPORTED', message: expect.stringContaining(marker) };
    await expect(other.publisher.live()).rejects.toMatchObject(expected);
  });

  test('is waited for while its control index does not answer yet', async () => {
    let asked = 0;
    given.elasticsearch.answering(({ path }) => {
      const isControl = path.includes('-control/_doc/');
      return isControl && ++asked <= 2 ? { status: 503, body: {} } : 'forward';
    });
    expect(await given.store.publisher.live()).toMatchObject({ epoch: 0 });
    expect(asked).toBeGreaterThan(2);
  });
});

test('a store that is closed while Elasticsearch is silent ends at once, and so does whoever waits for it', async () => {
  given.elasticsearch.answering(() => 'silence');
  const stop = new AbortController();
  const silent = given.place.open();
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
