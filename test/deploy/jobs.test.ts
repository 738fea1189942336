/** The jobs of deploy/kubernetes: valid, and their containers' commands run for real, in order and in parallel. */
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCode } from '@segment-store/cli/exit-code';
import { parseRunId } from '@segment-store/contract/id';
import { openStore } from '@segment-store/store/open';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { removeIndices } from '../support/indices.ts';
import {
  type Container,
  type ContainerOptions,
  checkManifest,
  type JobSpec,
  onExit,
  startContainer,
} from '../support/kubernetes.ts';
import { generatedParts, runFiles, writeRun } from '../support/run-folder.ts';
import { createBucket, servers } from '../support/servers.ts';
import { pathWithShims } from '../support/shims.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 }); // every test starts several processes

const manifests = fileURLToPath(new URL('../../deploy/kubernetes/', import.meta.url));
const read = (name: string) => readFile(join(manifests, name), 'utf8');
const cronJob: JobSpec = parse(await read('ingest-cron/cronjob.yaml')).spec.jobTemplate.spec;
const parallelJob: JobSpec = parse(await read('ingest-once/parallel-job.yaml')).spec;
const jobs = { 'ingest-cron/cronjob.yaml': cronJob, 'ingest-once/parallel-job.yaml': parallelJob };
const CUSTOMERS = 20_000;
const run = parseRunId('20260101t030000z');
const prefix = `kubernetes-${randomUUID().slice(0, 8)}`;

let scratch = '';
let options: ContainerOptions = { secrets: {}, environment: {} };
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kubernetes-'));
  const { elasticsearch, s3 } = servers();
  const bucket = await createBucket();
  options = {
    secrets: {
      'segment-ingest-store': { url: elasticsearch },
      'segment-ingest-aws': {
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: s3.accessKeyId,
        AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
      },
    },
    environment: {
      PATH: await pathWithShims(join(scratch, 'bin')),
      HOME: scratch,
      RUNS: `s3://${bucket}/runs`,
      RUN_FOLDER: `s3://${bucket}/runs/${run}`,
      SEGMENT_INGEST_PREFIX: prefix,
      SEGMENT_INGEST_S3_ENDPOINT: s3.endpoint,
      AWS_ENDPOINT_URL: s3.endpoint,
    },
  };
  const files = runFiles({ run, parts: generatedParts({ customers: CUSTOMERS, parts: 8, seed: 1 }), gzip: true });
  const folder = await writeRun(join(scratch, run), files);
  const copy = `aws s3 cp --recursive --quiet '${folder}' "$RUN_FOLDER"`;
  await end(start({ ...load(cronJob), command: ['sh', '-c', copy] }), 0);
});
afterAll(async () => {
  await removeIndices(prefix);
  await rm(scratch, { recursive: true });
});

/** The container that the manifests are about. */
function load({ template }: JobSpec): Container {
  const found = template.spec.containers.find(({ name }) => name === 'load');
  if (found === undefined) throw new Error('no container is called load');
  return found;
}

interface Ended {
  readonly code: number | null;
  readonly log: string;
}

function start(
  container: Container,
  environment: Readonly<Record<string, string>> = {},
): { readonly process: ChildProcess; readonly ended: Promise<Ended> } {
  const process = startContainer(container, { ...options, environment: { ...options.environment, ...environment } });
  const log: string[] = [];
  for (const stream of [process.stdout, process.stderr]) stream?.on('data', (chunk) => log.push(`${chunk}`));
  const ended = new Promise<Ended>((resolve) => process.on('close', (code) => resolve({ code, log: log.join('') })));
  return { process, ended };
}

/** A container that ends otherwise says why. */
async function end({ ended }: ReturnType<typeof start>, expected: number): Promise<void> {
  const { code, log } = await ended;
  expect(code, log).toBe(expected);
}

async function live(of = prefix) {
  await using store = openStore(servers().elasticsearch, { prefix: of });
  return (await store.publisher.live()).generation;
}

/** Takes whatever is sent to it. */
async function startCollector() {
  const paths = new Set<string | undefined>();
  const server = createServer((request, response) => {
    paths.add(request.url);
    request.resume().on('end', () => response.end());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  const close = async () => void server.close().closeAllConnections();
  return { url: `http://127.0.0.1:${address.port}`, paths, [Symbol.asyncDispose]: close };
}

describe.each(['ingest-cron/cronjob.yaml', 'ingest-once/parallel-job.yaml'] as const)('%s', (name) => {
  test.each(['1.33', '1.37'])('is valid in Kubernetes %s', async (version) => {
    await checkManifest(join(manifests, name), version);
  });

  test('a misspelt field would be found', async () => {
    const misspelt = join(scratch, basename(name));
    await writeFile(misspelt, (await read(name)).replace('podFailurePolicy', 'podFailurPolicy'));
    await expect(checkManifest(misspelt, '1.37')).rejects.toThrow("'podFailurPolicy' was unexpected");
  });

  test('containers are locked down and leave time for draining', () => {
    const { containers, initContainers = [], ...spec } = jobs[name].template.spec;
    expect(spec).toMatchObject({ restartPolicy: 'Never', securityContext: { runAsNonRoot: true } });
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(30);
    for (const { securityContext } of [...initContainers, ...containers]) {
      expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
    }
  });

  test.each([
    ['failed', 'Count'],
    ['usage', 'FailJob'],
    ['refused', 'FailJob'],
    ['held', 'FailJob'],
    ['unavailable', 'Count'],
    ['input', 'FailJob'],
  ] as const)('a load that ends as %s: %s', (end, action) => {
    expect(onExit(jobs[name], exitCode[end])).toBe(action);
  });
});

test('an evicted load drains, and the next pod goes on to publish the newest run', async () => {
  for (const container of cronJob.template.spec.initContainers ?? []) {
    await end(start(container), 0);
  }
  const first = start(load(cronJob));
  first.process.stderr?.on('data', (chunk) => `${chunk}`.includes('fill') && first.process.kill('SIGTERM'));
  await end(first, exitCode.unavailable);
  expect((await live()).run).not.toBe(run);
  await using collector = await startCollector();
  await end(start(load(cronJob), { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }), 0);
  expect(await live()).toMatchObject({ run, members: CUSTOMERS });
  expect([...collector.paths].sort()).toEqual(['/v1/metrics', '/v1/traces']);
});

test('four pods load one run together, and one of them publishes it', async () => {
  const together = { SEGMENT_INGEST_PREFIX: `${prefix}-parallel` };
  const pods = ['0', '1', '2', '3'].map((index) =>
    start(load(parallelJob), { ...together, JOB_COMPLETION_INDEX: index }),
  );
  for (const pod of pods) await end(pod, 0);
  const logs = await Promise.all(pods.map(({ ended }) => ended));
  expect(logs.filter(({ log }) => log.includes('publish: after epoch'))).toHaveLength(1);
  expect(await live(together.SEGMENT_INGEST_PREFIX)).toMatchObject({ run, members: CUSTOMERS });
});
