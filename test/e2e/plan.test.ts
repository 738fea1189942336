/** A plan writes nothing: not into Elasticsearch, not into S3. */
import { randomUUID } from 'node:crypto';
import { parseRunId } from '@segment-store/contract/id';
import { openFolder } from '@segment-store/folder/open';
import { unlimited } from '@segment-store/resilience/operation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { resultOf, runCommand } from '../support/commands.ts';
import { type ReadOnlyDouble, startReadOnlyDouble } from '../support/read-only-double.ts';
import { generatedParts, runFiles } from '../support/run-folder.ts';
import { createBucket, servers } from '../support/servers.ts';

const [first, second] = [parseRunId('20260131t040000z'), parseRunId('20260201t040000z')];
const prefix = `plan-${randomUUID().slice(0, 8)}`;
let bucket = '';
let doubles: { readonly elasticsearch: ReadOnlyDouble; readonly s3: ReadOnlyDouble };
const environment = () => {
  const { accessKeyId, secretAccessKey } = servers().s3;
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
};

beforeAll(async () => {
  const { elasticsearch, s3 } = servers();
  bucket = await createBucket();
  Object.assign(process.env, environment());
  await using folder = openFolder(`s3://${bucket}/runs`, { s3Endpoint: s3.endpoint });
  for (const [run, customers] of [
    [first, 1_000],
    [second, 700],
  ] as const) {
    const files = runFiles({ run, parts: generatedParts({ customers, parts: 4, seed: 1 }), gzip: true });
    for (const [key, bytes] of files) await folder.write(`${run}/${key}`, chunks(bytes), unlimited);
  }
  doubles = {
    elasticsearch: await startReadOnlyDouble(elasticsearch),
    s3: await startReadOnlyDouble(s3.endpoint),
  };
});
afterAll(async () => {
  await doubles.elasticsearch[Symbol.asyncDispose]();
  await doubles.s3[Symbol.asyncDispose]();
});

async function* chunks(bytes: Uint8Array) {
  yield bytes;
}

const through = (command: string, run: string, ...more: readonly string[]) => [
  ...[command, `s3://${bucket}/runs/${run}`, '--s3-endpoint', doubles.s3.url],
  ...['--store', doubles.elasticsearch.url, '--prefix', prefix, ...more],
];
const plan = (run: string, ...more: readonly string[]) =>
  runCommand('ingest', through('plan', run, ...more), environment());

test('before the first load: everything is foretold, and nothing made', async () => {
  const { exitCode, events } = await plan(first, '--detailed-exit-code');
  expect(exitCode).toBe(3);
  expect(events.find(({ kind }) => kind === 'result')).toMatchObject({
    data: { run: first, parts: 4, customers: 1_000, segments: 40, loads: true, sampled: { parts: 4, corrupt: [] } },
  });
  const { url } = doubles.elasticsearch;
  expect((await fetch(`${url}/${prefix}-*`)).ok && (await (await fetch(`${url}/${prefix}-*`)).json())).toEqual({});
});

test('beside a live generation: the gates that would refuse are named', async () => {
  const { elasticsearch, s3 } = servers();
  const flags = ['--store', elasticsearch, '--prefix', prefix, '--s3-endpoint', s3.endpoint];
  await resultOf('ingest', ['load', `s3://${bucket}/runs/${first}`, ...flags], environment());
  const { exitCode, events } = await plan(second);
  expect(exitCode).toBe(0);
  expect(events.at(-1)).toMatchObject({
    text: expect.stringContaining('gate drift would refuse: 700 customers, 1,000 live (−30 %)'),
    data: { loads: true, text: expect.stringContaining(`published as epoch 2, in place of ${first}`) },
  });
  expect(await plan(first, '--detailed-exit-code')).toMatchObject({ exitCode: 0 });
});

test('no request that could write was sent; a load is stopped by the same double', async () => {
  const { elasticsearch, s3 } = doubles;
  expect([elasticsearch.refused, s3.refused]).toEqual([[], []]);
  expect(Math.min(elasticsearch.passed(), s3.passed())).toBeGreaterThan(10);
  expect(await runCommand('ingest', through('load', second), environment())).not.toMatchObject({ exitCode: 0 });
  expect(s3.refused).not.toEqual([]);
});
