/** A load against servers that refuse for real: too much, too large, a full disk, an index or a node that is gone. */
import { startCluster } from '@segment-store/services/cluster';
import { startElasticsearch } from '@segment-store/services/elasticsearch';
import { startFaultProxy } from '@segment-store/services/fault-proxy';
import type { Service } from '@segment-store/services/service';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { servers } from '../../../../test/support/servers.ts';
import { openStore, type StoreOptions } from '../open.ts';
import { toOutcomes } from '../outcomes.ts';
import { callFor, claimNext, lineOf, linesOf, manifestOf, runAt, segmentsOf } from '../store.fixture.ts';
import type { Build, ClaimedPart, Store, Tally } from '../store.ts';
import { type Asked, interpose } from './interposer.fixture.ts';

const PATIENT_MS = 120_000;
const call = () => callFor(PATIENT_MS);
/** About 100 bytes each, of 4,000 customers: more than 400 kB. */
const many = (from = 0) =>
  Array.from({ length: 4_000 }, (_, at) => lineOf(`customer-${from + at}`, ['recurrent:store:17']));

let stores: Store[] = [];

afterEach(async () => {
  for (const store of stores) await store[Symbol.asyncDispose]();
  stores = [];
});

function open(url: string, options: StoreOptions = {}): Store {
  const store = openStore(url, { prefix: prefixOf(url), ...options });
  stores.push(store);
  return store;
}

/** Of this file only; every test has a server or a run of its own. */
const prefixOf = (url: string) => `overload-${new URL(url).port}`;

interface Loading extends AsyncDisposable {
  readonly build: Build;
  readonly claim: ClaimedPart;
}

async function begin(store: Store): Promise<Loading> {
  const build = await store.writer.build(manifestOf(runAt(1)), call());
  await build.catalogue(segmentsOf('recurrent:store:17'));
  const claim = await claimNext(build);
  const dispose = async () => {
    await claim[Symbol.asyncDispose]();
    await build[Symbol.asyncDispose]();
  };
  return { build, claim, [Symbol.asyncDispose]: dispose };
}

/** Several writes at once, as parts make them; each of its own customers. */
function writeMany({ claim }: Loading, writes = 4): Promise<Tally[]> {
  const one = (at: number) => claim.write(linesOf(claim.part, many(at * 4_000)), call());
  return Promise.all(Array.from({ length: writes }, (_, at) => one(at)));
}

/** What the seal counts, once the tallies are finished. */
async function sealed({ build, claim }: Loading, tallies: readonly Tally[]): Promise<number> {
  const sum = (figure: (tally: Tally) => number) => tallies.reduce((total, tally) => total + figure(tally), 0);
  const [created, replayed] = [sum((tally) => tally.created), sum((tally) => tally.replayed)];
  const memberships = sum((tally) => tally.memberships);
  const rejected = tallies.flatMap((tally) => tally.rejected);
  await claim.finish(toOutcomes({ created, replayed, skipped: 0, memberships, rejected }));
  return (await build.seal()).members;
}

async function ask(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })).json();
}

/** A server of its own starts within seconds, on a busy machine within a minute. */
const SLOW_MS = 180_000;
const isMemberBulk = ({ path }: Asked) => /-build-[^/.]+\/_bulk/.test(path);

test('a server that refuses what is too much (429) gets all of it, in smaller bulks', {
  timeout: SLOW_MS,
}, async () => {
  const server = await startElasticsearch({ settings: { 'indexing_pressure.memory.limit': '200kb' }, heapMb: 400 });
  onTestFinished(() => server.stop());
  await using loading = await begin(open(server.url));
  const tallies = await writeMany(loading);
  const stats = '/_nodes/stats/indexing_pressure?filter_path=**.total.coordinating_rejections';
  expect(JSON.stringify(await ask(server.url, 'GET', stats))).toMatch(/coordinating_rejections":[1-9]/);
  expect(tallies.map(({ created, rejected }) => [created, rejected])).toEqual(Array(4).fill([4_000, []]));
  expect(await sealed(loading, tallies)).toBe(16_000);
});

describe('a server that refuses what is too large (413)', { timeout: SLOW_MS }, () => {
  let server: Service;

  beforeAll(async () => {
    server = await startElasticsearch({ settings: { 'http.max_content_length': '300kb' }, heapMb: 400 });
  }, SLOW_MS);

  afterAll(() => server.stop());

  test('gets all of it but the line that is too large alone', async () => {
    await using front = await interpose(server.url);
    const sizes: number[] = [];
    // What the nodes accept is hidden, as from credentials that may not look: the 413 itself must teach it.
    front.answering((asked) => {
      if (isMemberBulk(asked)) sizes.push(asked.body.length);
      return asked.path.startsWith('/_nodes') ? { status: 403, body: { error: { type: 'no' } } } : 'forward';
    });
    await using loading = await begin(open(front.url));
    const { claim } = loading;
    const huge = lineOf(
      'huge',
      Array.from({ length: 4_000 }, (_, at) => `${'x'.repeat(90)}:${at}`),
    );
    const tally = await claim.write(linesOf(claim.part, [...many(), huge, ...many(4_000)]), call());
    expect(tally).toMatchObject({ created: 8_000, rejected: [{ line: 4_001, reason: 'too-large', status: 413 }] });
    expect(await sealed(loading, [tally])).toBe(8_000);
    const refused = sizes.findLastIndex((bytes) => bytes > 300 * 1024);
    expect([sizes[0] ?? 0, sizes.length - 1 - refused].every((figure) => figure > 1)).toBe(true);
  });

  test('gets a catalogue of any length, too', async () => {
    const store = open(server.url, { prefix: `${prefixOf(server.url)}-catalogue` });
    await using build = await store.writer.build(manifestOf(runAt(1)), call());
    const ids = Array.from({ length: 4_000 }, (_, at) => `${'x'.repeat(90)}:${at}`);
    await build.catalogue(segmentsOf(...ids));
    await (await claimNext(build)).finish(
      toOutcomes({ created: 0, replayed: 0, skipped: 0, memberships: 0, rejected: [] }),
    );
    expect((await build.seal()).segments).toBe(4_000);
  });

  test('is never sent it when its nodes say what they accept', async () => {
    await using front = await interpose(server.url);
    const sizes: number[] = [];
    front.answering((asked) => {
      if (isMemberBulk(asked)) sizes.push(asked.body.length);
      return 'forward';
    });
    await using loading = await begin(open(front.url));
    const tallies = await writeMany(loading, 2);
    expect(await sealed(loading, tallies)).toBe(8_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(0.3 * 300 * 1024);
  });
});

describe('a load whose', () => {
  const url = () => servers().elasticsearch;

  afterEach(async () => {
    const indices = Object.keys(Object(await ask(url(), 'GET', `/${prefixOf(url())}-*`)));
    if (indices.length > 0) await ask(url(), 'DELETE', `/${indices.join(',')}`);
  });

  test('answers break off in the middle has every line once', async () => {
    const proxy = await startFaultProxy(url());
    onTestFinished(() => proxy.stop());
    await using loading = await begin(open(proxy.url, { prefix: prefixOf(url()) }));
    proxy.inject({ kind: 'cut', afterBytes: 150 });
    const writing = writeMany(loading);
    await expect.poll(() => proxy.counts().connections, { timeout: 30_000 }).toBeGreaterThan(6);
    proxy.heal();
    const tallies = await writing;
    expect(tallies.map(({ created, replayed }) => created + replayed)).toEqual(Array(4).fill(4_000));
    expect(tallies.some(({ replayed }) => replayed > 0)).toBe(true);
    expect(await sealed(loading, tallies)).toBe(16_000);
  });

  test('disk is at the flood stage ends at once and names the remedy', async () => {
    await using loading = await begin(open(url()));
    const index = `${prefixOf(url())}-members-${runAt(1)}`;
    await ask(url(), 'PUT', `/${index}/_settings`, { 'index.blocks.read_only_allow_delete': true });
    await expect(writeMany(loading)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/429 cluster_block_exception .*free disk space/),
    });
  });

  test('index is deleted meanwhile ends at once, and makes no index of that name', async () => {
    await using loading = await begin(open(url()));
    const index = `${prefixOf(url())}-members-${runAt(1)}`;
    await ask(url(), 'DELETE', `/${index}`);
    await expect(writeMany(loading)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(/404 .*sealed or removed meanwhile/),
    });
    expect(await ask(url(), 'GET', `/${index}`)).toMatchObject({ status: 404 });
  });
});

describe('of two nodes', { timeout: SLOW_MS }, () => {
  test('one is killed under a load with copies: every line has its outcome, and the count is exact', async () => {
    const cluster = await startCluster();
    onTestFinished(() => cluster.stop());
    const { first, second } = cluster;
    const store = open(first.url, { replicas: 1, replicasFromStart: true, shards: 2 });
    await using loading = await begin(store);
    const index = `${prefixOf(first.url)}-members-${runAt(1)}`;
    const green = `/_cluster/health/${index}?wait_for_status=green&timeout=30s`;
    expect(await ask(first.url, 'GET', green)).toMatchObject({ status: 'green', active_shards: 4 });
    const before = await writeMany(loading, 2);
    const under = Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        loading.claim.write(linesOf(loading.claim.part, many(8_000 + at * 4_000)), call()),
      ),
    );
    process.kill(second.pid, 'SIGKILL');
    const tallies = [...before, ...(await under)];
    expect(tallies.map(({ created, replayed }) => created + replayed)).toEqual(Array(10).fill(4_000));
    expect(tallies.flatMap(({ rejected }) => rejected)).toEqual([]);
    expect(await sealed(loading, tallies)).toBe(40_000);
  });
});
