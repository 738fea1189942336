/** Who was erased stays erased: after a restart, too, while the store cannot say it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveOptions } from '@segment-store/cli/config';
import { parseCustomerId } from '@segment-store/contract/id';
import { unlimited } from '@segment-store/resilience/operation';
import { erasedList, hashingWith } from '@segment-store/store/erased-list';
import { expect, onTestFinished, test } from 'vitest';
import { options, resolveConfig } from '../config.ts';
import { createFixtureStore, type FixtureStore, loadedRun, RUN, unavailable } from '../fixture/store.ts';
import { openStateDir, type StateDir } from '../state/state-dir.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { createServing, type Served } from './create-serving.ts';
import { ErasedCustomers } from './erased.ts';
import type { Query } from './read-path.ts';
import { noRedis } from './redis.ts';
import { NO_FILTERS } from './select.ts';

const [erasedOne, other] = [parseCustomerId('ada'), parseCustomerId('bob')];
const loaded = loadedRun(RUN, { ada: ['a'], bob: ['b'] });
const key = Buffer.alloc(32, 7).toString('base64');
const list = erasedList(key, new Set([hashingWith(key)(erasedOne)]));
const flags = { store: 'embedded:./nowhere' };
const config = resolveConfig(
  resolveOptions(options, { file: undefined, environment: {}, environmentPrefix: 'X', flags }),
);

/** A server over `dir`, until it has written what it knows. */
async function server(dir: StateDir, store: FixtureStore) {
  const stop = new AbortController();
  const call = { ...unlimited, signal: stop.signal };
  const erased = new ErasedCustomers({ erasures: store.erasures, kept: dir.erased, retryMs: 5, onTrouble: () => {} });
  const deps = { store, dir, redis: noRedis, erased, metrics: createMetrics(), say: () => {} };
  const { serving, keeper } = createServing(config, deps);
  const following = Promise.all([erased.follow(call), serving.follow(call)]);
  return {
    serving,
    async end() {
      stop.abort();
      await following;
      await keeper.close();
      await serving.close();
    },
  };
}

async function answerOf({ serving }: Pick<Served, 'serving'>, customerId: Query['customerId']) {
  const query: Query = { view: 'ids', customerId, filters: NO_FILTERS };
  const { path } = serving.pin ?? {};
  const entry = path?.peek(query) ?? (await path?.ask(query, unlimited));
  return JSON.parse(entry?.value.body ?? 'null');
}

/** Of a server that served, knew an erasure and was killed before it wrote its answers anew; `change` comes between. */
async function leftBehind(change: (dir: StateDir) => Promise<void>): Promise<StateDir> {
  const path = await mkdtemp(join(tmpdir(), 'segment-erased-'));
  onTestFinished(() => rm(path, { recursive: true }));
  const identity = { store: 'segments in embedded:./nowhere', onTrouble: () => {} };
  const dir = await openStateDir(path, identity);
  const store = createFixtureStore();
  store.publish(loaded);
  const before = await server(dir, store);
  await expect.poll(() => before.serving.state.state).toBe('serving');
  for (const customer of [erasedOne, other]) expect((await answerOf(before, customer)).known).toBe(true);
  await before.end();
  const again = await openStateDir(path, identity);
  await change(again);
  again.close();
  return openStateDir(path, identity);
}

function awayStore(): FixtureStore {
  const store = createFixtureStore();
  store.onLive = () => {
    throw unavailable();
  };
  const away = () => Promise.reject(unavailable());
  // biome-ignore lint/correctness/useYield: it never comes to one
  const follow = async function* () {
    await away();
  };
  return { ...store, reader: store, erasures: { add: away, list: away, follow } };
}

test('a restart from the state directory while the store is away: the erased are strangers, others are answered', async () => {
  const dir = await leftBehind((left) => left.keepErased(list));
  expect(dir.kept?.answers.length).toBe(2);
  const after = await server(dir, awayStore());
  await expect.poll(() => after.serving.pin?.isKept, { timeout: 5_000 }).toBe(true);
  expect(await answerOf(after, other)).toMatchObject({ known: true, segmentIds: ['b'] });
  expect(await answerOf(after, erasedOne)).toMatchObject({ known: false, segmentIds: [] });
  await after.end();
  expect(dir.erased.has(erasedOne)).toBe(true);
});

test('the list that the store has itself takes the place of the kept one', async () => {
  const store = createFixtureStore();
  const erased = new ErasedCustomers({ erasures: store.erasures, kept: list, retryMs: 5, onTrouble: () => {} });
  expect(erased.has(erasedOne)).toBe(true);
  const stop = new AbortController();
  const following = erased.follow({ ...unlimited, signal: stop.signal });
  await expect.poll(() => erased.size).toBe(0);
  stop.abort();
  await following;
});
