/** Orders in, segments out: the same path for every kind of store and folder, chosen by flags only. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { components } from '@segment-store/contract/api.generated';
import { createSegmentClient } from '@segment-store/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, resultOf, runCommand, startServer } from '../support/commands.ts';
import { removeIndices } from '../support/indices.ts';
import { membershipsByPlainSql } from '../support/oracle.ts';
import { createBucket, servers } from '../support/servers.ts';

const example = new URL('../../examples/online-retail/', import.meta.url).pathname;
const inputs = ['--orders', `${example}orders.parquet`, '--definitions', `${example}definitions.json`];
const calculation = [...inputs, '--categories', `${example}categories.csv`];
const FIRST = { run: '20260101t000000z', asOf: '2011-12-10' };
/** Two months of orders more or less are more than a generation should drift unseen. */
const anyhow = ['drift', 'segment-drift', 'vanished-segments'].flatMap((gate) => ['--accept', gate]);
const SECOND = { run: '20260102t000000z', asOf: '2011-10-01' };
const THIRD = { run: '20260103t000000z', asOf: '2011-12-10' };

let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'segment-e2e-'));
});
afterAll(async () => {
  await removeIndices(prefix);
  await rm(scratch, { recursive: true });
});

const prefix = `e2e-${randomUUID().slice(0, 8)}`;

const stores = {
  embedded: () => ['--store', `embedded:${join(scratch, randomUUID())}`],
  elasticsearch: () => ['--store', servers().elasticsearch, '--prefix', `${prefix}-${randomUUID().slice(0, 8)}`],
};
interface Folder {
  readonly root: string;
  readonly flags: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}
const folders: Readonly<Record<'directory' | 's3', () => Promise<Folder>>> = {
  directory: async () => ({ root: join(scratch, randomUUID()), flags: [], environment: {} }),
  s3: async () => {
    const { endpoint, ...credentials } = servers().s3;
    const environment = {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    };
    return { root: `s3://${await createBucket()}/runs`, flags: ['--s3-endpoint', endpoint], environment };
  },
};

const filled = new Map<string, Promise<Folder>>();

/** With three runs in it, which are calculated once for both stores. */
function filledFolder(kind: keyof typeof folders): Promise<Folder> {
  const folder = filled.get(kind) ?? fill(folders[kind]());
  filled.set(kind, folder);
  return folder;
}

async function fill(empty: Promise<Folder>): Promise<Folder> {
  const { root, flags, environment } = await empty;
  const calculate = ({ run, asOf }: typeof FIRST) => {
    const args = ['run', ...calculation, '--as-of', asOf, '--run', run, '--to', root, ...flags];
    return resultOf('compute', args, environment);
  };
  await Promise.all([FIRST, SECOND, THIRD].map(calculate));
  return empty;
}

describe.each([
  ['embedded', 'directory'],
  ['embedded', 's3'],
  ['elasticsearch', 'directory'],
  ['elasticsearch', 's3'],
] as const)('%s store, %s folder', (storeKind, folderKind) => {
  let store: readonly string[] = [];
  let folder: Folder;
  let server: RunningServer;

  const loading = (run: string) => ['load', `${folder.root}/${run}`, ...store, ...folder.flags, ...anyhow];
  const load = ({ run }: typeof FIRST) => resultOf('ingest', loading(run), folder.environment);

  beforeAll(async () => {
    store = stores[storeKind]();
    folder = await filledFolder(folderKind);
    await load(FIRST);
    server = await startServer([...store, '--poll-ms', '200', '--store-timeout-ms', '10000']);
  }, 120_000);

  test('HTTP and SDK give every customer the segments that plain SQL over the orders gives', async () => {
    const expected = await membershipsByPlainSql();
    expect(expected.size).toBe(4_338);
    const wrong: string[] = [];
    await eachOf([...expected], 32, async ([customer, segments]) => {
      const { segmentIds, known, generation } = await segmentsOf(server.url, customer);
      if (!known || generation !== FIRST.run || !sameSet(segmentIds, segments)) wrong.push(`HTTP ${customer}`);
    });
    await using client = createSegmentClient({ baseUrl: server.url, deadlineMs: 30_000 });
    const lookups = await client.lookupMany(expected.keys());
    for (const [customer, segments] of expected) {
      const lookup = lookups.get(customer);
      if (!lookup?.ok || !sameSet(lookup.segmentIds, segments)) wrong.push(`SDK ${customer}`);
    }
    expect(wrong).toEqual([]);
  }, 120_000);

  test('a customer who never ordered is unknown, not an error', async () => {
    await using client = createSegmentClient({ baseUrl: server.url, deadlineMs: 30_000 });
    expect(await client.lookup('99999')).toMatchObject({ ok: true, known: false, segmentIds: [] });
  });

  test('a newer generation is followed within 10 s and back again after a rollback, without a dropped request', async () => {
    const watch = watchGenerations(server.url);
    await load(SECOND);
    await watch.until(SECOND.run);
    const { epoch } = await resultOf('ingest', ['rollback', ...store]);
    await watch.until(FIRST.run);
    expect(await watch.end()).toEqual([]);
    expect(epoch).toBe(3);
  }, 60_000);

  test('after a rollback the withdrawn run stays out and a newer one waits for unhold', async () => {
    const refused = await runCommand('ingest', loading(THIRD.run), folder.environment);
    expect(refused).toMatchObject({ exitCode: 4, stderr: '' });
    expect(refused.events.at(-1)).toMatchObject({ kind: 'error', text: expect.stringContaining('unhold') });
    await resultOf('ingest', ['unhold', ...store]);
    expect(await load(THIRD)).toMatchObject({ run: THIRD.run });
    const { generations } = await resultOf('ingest', ['generations', ...store]);
    expect(generations).toMatchObject([
      { run: THIRD.run, state: 'live' },
      { run: SECOND.run, state: 'withdrawn' },
      { run: FIRST.run, state: 'retired' },
    ]);
  }, 60_000);

  test('SIGTERM drains the server: exit 0', async () => {
    expect(await server.stop()).toBe(0);
  });
});

type CustomerSegments = components['schemas']['CustomerSegments'];

async function segmentsOf(url: string, customer: string): Promise<CustomerSegments> {
  const response = await fetch(`${url}/v1/customers/${customer}/segments`);
  if (!response.ok) throw new Error(`${response.status} for ${customer}: ${await response.text()}`);
  return JSON.parse(await response.text());
}

/** `atOnce` at a time. */
async function eachOf<T>(items: readonly T[], atOnce: number, visit: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const walk = async () => {
    for (const item of rest) await visit(item);
  };
  await Promise.all(Array.from({ length: atOnce }, walk));
}

const sameSet = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && new Set([...left, ...right]).size === left.length;

/** Asks all the time; every answer must come. */
function watchGenerations(url: string) {
  const failures: string[] = [];
  const seen = { now: '', stop: false };
  const asking = (async () => {
    for (let turn = 0; !seen.stop; turn += 1) {
      try {
        const { generation } = await segmentsOf(url, `${12_346 + (turn % 1_000)}`);
        seen.now = generation;
      } catch (error) {
        failures.push(`${error}`);
      }
    }
  })();
  return {
    until: (run: string) => expect.poll(() => seen.now, { timeout: 10_000, interval: 50 }).toBe(run),
    async end() {
      seen.stop = true;
      await asking;
      return failures;
    },
  };
}
