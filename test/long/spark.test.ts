/** examples/spark on a real Spark: what it makes of the bundled orders is what plain SQL makes of them. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseMemberLine } from '@segment-store/contract/lines';
import { unlimited } from '@segment-store/resilience/operation';
import { findFullJava } from '@segment-store/services/java';
import { pythonWith } from '@segment-store/services/python';
import { openStore } from '@segment-store/store/open';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { resultOf } from '../support/commands.ts';
import { removeIndices } from '../support/indices.ts';
import { membershipsByPlainSql } from '../support/oracle.ts';
import { servers } from '../support/servers.ts';

// The first time on a machine half a gigabyte of Spark is fetched and unpacked.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const run = promisify(execFile);

let scratch = '';
let environment: NodeJS.ProcessEnv = {};
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'spark-'));
  const [python, java] = [await pythonWith('spark'), await findFullJava()];
  const PATH = `${dirname(python)}:${process.env.PATH}`;
  const JAVA_HOME = dirname(dirname(java.executable));
  // A driver far from UTC: days must not depend on where it runs.
  environment = { ...process.env, PATH, JAVA_HOME, PYSPARK_PYTHON: python, TZ: 'America/New_York' };
});
afterAll(() => rm(scratch, { recursive: true }));

/** Runs the job as its README says; resolves with the run folder. */
async function writeRun(layout: string): Promise<string> {
  const small = ['spark.sql.shuffle.partitions=4', 'spark.ui.enabled=false', 'spark.driver.bindAddress=127.0.0.1'];
  const input = ['--orders', join(examples, 'online-retail/orders.parquet'), '--as-of', '2011-12-10'];
  const { stdout } = await run(
    'spark-submit',
    [
      ...small.flatMap((setting) => ['--conf', setting]),
      ...['--py-files', 'run_manifest.py', 'write_run.py', ...input, '--to', join(scratch, layout), '--layout', layout],
    ],
    { cwd: join(examples, 'spark'), env: environment, maxBuffer: 64 * 1024 * 1024 },
  );
  return stdout.trim();
}

type Memberships = ReadonlyMap<string, readonly string[]>;

async function expectedMemberships(): Promise<Memberships> {
  const all = await membershipsByPlainSql();
  const isOurs = (segment: string) => segment.startsWith('recurrent-customers:country:');
  return new Map([...all].map(([customer, segments]) => [customer, segments.filter(isOurs)]));
}

/** What the store serves of these customers; the unknown ones are left out. */
async function served(prefix: string, customers: readonly string[]): Promise<Memberships> {
  await using store = openStore(servers().elasticsearch, { prefix });
  const { generation } = await store.publisher.live();
  await using reader = await store.reader.open(generation.run, unlimited);
  const idOf = (customer: string) =>
    parseMemberLine(Buffer.from(JSON.stringify({ customer_id: customer, segment_ids: [] }))).customerId;
  const found = new Map<string, readonly string[]>();
  for (let from = 0; from < customers.length; from += 1000) {
    for (const read of await reader.read(customers.slice(from, from + 1000).map(idOf), unlimited)) {
      if (read.status === 'rejected') throw read.reason;
      if (read.value !== undefined) found.set(read.value.customerId, read.value.segmentIds.toSorted());
    }
  }
  return found;
}

test.each([
  { layout: 'by-customer', customers: 4_338 },
  { layout: 'by-segment', customers: 1_387 }, // those in a segment
])('a run that Spark wrote $layout serves every customer the segments of plain SQL', async ({ layout, customers }) => {
  const prefix = `spark-${randomUUID().slice(0, 8)}`;
  try {
    const folder = await writeRun(layout);
    await resultOf('ingest', ['load', folder, '--store', servers().elasticsearch, '--prefix', prefix]);
    const all = await expectedMemberships();
    const expected = new Map([...all].filter(([, segments]) => layout === 'by-customer' || segments.length > 0));
    expect(expected.size).toBe(customers);
    expect(await served(prefix, [...all.keys()])).toEqual(expected);
  } finally {
    await removeIndices(prefix);
  }
});
