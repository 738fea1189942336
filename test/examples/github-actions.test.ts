/** The workflow of examples/github-actions: accepted by GitHub's own parser, and its steps run for real. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseRunId, type RunId } from '@segment-store/contract/id';
import { MANIFEST_KEY } from '@segment-store/contract/manifest';
import { openStore } from '@segment-store/store/open';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type JobResult, runJob } from '../support/github-job.ts';
import { removeIndices } from '../support/indices.ts';
import { generatedParts, runFiles, writeRun } from '../support/run-folder.ts';
import { createBucket, servers } from '../support/servers.ts';
import { pathWithShims } from '../support/shims.ts';
import { workflowComplaints } from '../support/workflow-complaints.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 }); // every test starts several processes

const workflow = await readFile(new URL('../../examples/github-actions/load-segments.yml', import.meta.url), 'utf8');
const prefix = `github-${randomUUID().slice(0, 8)}`;
const older = parseRunId('20260101t030000z');
const newest = parseRunId('20260102t030000z');
const incomplete = parseRunId('20260103t030000z');
const doubled = parseRunId('20260104t030000z');

type Values = Readonly<Record<string, string>>;

let scratch = '';
let environment: Values = {};
/** Begun before all tests and heard of last: three times until patience ends take half a minute. */
let withStoreAway: Promise<JobResult>;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'github-actions-'));
  const { endpoint } = servers().s3;
  environment = {
    PATH: await pathWithShims(join(scratch, 'bin')),
    RUNS: `s3://${await createBucket()}/runs`,
    RETRY_AFTER_SECONDS: '0 0',
    SEGMENT_INGEST_PREFIX: prefix,
    SEGMENT_INGEST_S3_ENDPOINT: endpoint,
    AWS_ENDPOINT_URL: endpoint,
  };
  await upload(newest, { root: elsewhere() });
  withStoreAway = job({ run: newest }, { SEGMENT_STORE_URL: 'http://127.0.0.1:9' }, { RUNS: elsewhere() });
});
afterAll(async () => {
  await withStoreAway;
  await removeIndices(prefix);
  await rm(scratch, { recursive: true });
});

/** Other runs than the bucket's, which tests fill one by one. */
const elsewhere = () => `${environment.RUNS}-elsewhere`;

/** A run in the bucket, as its producer wrote it; one without a manifest is being written yet. */
async function upload(run: RunId, { customers = 200, isComplete = true, root = environment.RUNS } = {}): Promise<void> {
  const files = runFiles({ run, parts: generatedParts({ customers, parts: 2, seed: 1 }), gzip: true });
  if (!isComplete) files.delete(MANIFEST_KEY);
  const folder = await writeRun(join(scratch, run), files);
  const copy = ['s3', 'cp', '--recursive', '--quiet', folder, `${root}/${run}`];
  await promisify(execFile)('aws', copy, { env: { ...environment, ...credentials() } });
}

const credentials = () => ({
  AWS_ACCESS_KEY_ID: servers().s3.accessKeyId,
  AWS_SECRET_ACCESS_KEY: servers().s3.secretAccessKey,
});

/** The job, started with these inputs, or by the schedule. */
function job(inputs: Values = {}, differing: Values = {}, own: Values = {}): Promise<JobResult> {
  const secrets = { ...credentials(), SEGMENT_STORE_URL: servers().elasticsearch, ...differing };
  const context = Object.fromEntries([
    ...Object.entries(inputs).map(([name, value]) => [`inputs.${name}`, value]),
    ...Object.entries(secrets).map(([name, value]) => [`secrets.${name}`, value]),
  ]);
  return runJob(workflow, 'load', { context, environment: { ...environment, ...own }, without: ['Install'] });
}

async function liveRun(): Promise<RunId> {
  await using store = openStore(servers().elasticsearch, { prefix });
  return (await store.publisher.live()).generation.run;
}

test('GitHub accepts the workflow', async () => {
  expect(await workflowComplaints(workflow)).toEqual([]);
  expect(await workflowComplaints(workflow.replace('timeout-minutes', 'timeout-minuts'))).toEqual([
    expect.stringContaining("Unexpected value 'timeout-minuts'"),
  ]);
  expect(await workflowComplaints(workflow.replace('17 4 * * *', '17 25 * * *'))).toEqual([
    expect.stringContaining('Invalid cron'),
  ]);
});

test('actions of others are pinned by commit', () => {
  const uses = workflow.match(/(?<=uses: )\S+/g);
  expect(uses).toHaveLength(2);
  for (const action of uses ?? []) expect(action).toMatch(/@[0-9a-f]{40}$/);
});

test('a bucket without a complete run is an error', async () => {
  await upload(incomplete, { isComplete: false });
  expect(await job()).toMatchObject({ exitCode: 7, log: expect.stringContaining('holds no complete run') });
});

test('a bucket that cannot be read is not taken for an empty one', async () => {
  const { exitCode, log } = await job({}, { AWS_SECRET_ACCESS_KEY: 'guessed' });
  expect(log).toContain('SignatureDoesNotMatch');
  expect(log).not.toContain('no complete run');
  expect(exitCode).toBe(1);
});

test('on the schedule the newest complete run is published', async () => {
  await Promise.all([upload(older), upload(newest)]);
  const { exitCode, log, summary } = await job();
  expect(exitCode, log).toBe(0);
  expect(summary).toMatch(new RegExp(`^## ✅ segment-ingest load.*run ${newest} is live`, 's'));
  expect(await liveRun()).toBe(newest);
});

test('the same run again is nothing to do, and green', async () => {
  expect(await job()).toMatchObject({ exitCode: 0, log: expect.stringContaining('is live already: nothing to do') });
});

test('an older run is not loaded over a newer one, and that is no failure', async () => {
  expect(await job({ run: older })).toMatchObject({
    exitCode: 0,
    log: expect.stringContaining('::notice title=Nothing to do'),
  });
  expect(await liveRun()).toBe(newest);
});

test('a run that is not complete is red at once', async () => {
  const { exitCode, log } = await job({ run: incomplete });
  expect(exitCode).toBe(7);
  expect(log).toContain('::error title=Input');
  expect(log).not.toContain('::notice title=Unavailable');
});

test('a refused run is red, what was live stays live, and the refusing gate can be overruled', async () => {
  await upload(doubled, { customers: 400 });
  const refused = await job();
  expect(refused).toMatchObject({ exitCode: 4, log: expect.stringContaining('::error title=Refused') });
  expect(refused.summary).toMatch(/^## ❌ .*exit code 4\n.*\| drift \| 400 customers.*❌ refused/s);
  expect(await liveRun()).toBe(newest);
  const accepted = await job({ accept: 'drift,segment-drift' });
  expect(accepted, accepted.log).toMatchObject({ exitCode: 0 });
  expect(accepted.summary).toMatch(/^## ✅ .*\| drift \| 400 customers.* overridden by /s);
  expect(await liveRun()).toBe(doubled);
});

test('a store that is away is tried three times', async () => {
  const { exitCode, log } = await withStoreAway;
  expect(exitCode).toBe(6);
  expect(log.match(/::notice title=Unavailable/g)).toHaveLength(2);
  expect(log).toContain('::error title=Unavailable');
});
