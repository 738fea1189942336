/** What manifests name is there: flags, variables, paths and ports by the programs' own word, metrics by /metrics. */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '@segment-store/services/tool';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startServer } from '../support/commands.ts';
import { launchesIn, readCompose } from './compose.ts';
import { complaintsOf, type Launch, optionsOf } from './launch.ts';
import { KUBERNETES, launchesOf, podsIn, rendered, resourcesIn } from './manifests.ts';

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url));
const read = (name: string) => readFile(join(deploy, name), 'utf8');
const openapi: { readonly paths: Readonly<Record<string, object>> } = parse(await read('../openapi.yaml'));
const production = resourcesIn(await rendered('overlays/production'));
const pilot = resourcesIn(await rendered('overlays/pilot'));
const once = resourcesIn(
  `${await read('kubernetes/ingest-once/parallel-job.yaml')}---\n${await read('kubernetes/rollout-once/rollout-job.yaml')}`,
);
const compose = await readCompose();
const OPS = ['/livez', '/readyz', '/startupz', '/metrics'];

let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'deploy-'));
  await cp(join(deploy, 'compose'), join(scratch, 'compose'), { recursive: true });
  await run('sh', [join(scratch, 'compose/secrets.sh')]);
});
afterAll(() => rm(scratch, { recursive: true }));

const files = { '/run/secrets/segment-server/server.json': join(KUBERNETES, 'server.example.json') };
const launches = (): readonly Launch[] => [
  ...launchesIn(compose, join(scratch, 'secrets')),
  ...[production, pilot, once].flatMap((resources) => launchesOf(resources, files)),
];

/** Asked once of each program that is started so. */
const asked = new Map<string, ReturnType<typeof optionsOf>>();
function askedOptionsOf(launch: Launch): ReturnType<typeof optionsOf> {
  const key = JSON.stringify([launch.program, launch.command, launch.args, launch.environment]);
  const options = asked.get(key) ?? optionsOf(launch);
  asked.set(key, options);
  return options;
}

test('every container of ours starts with options that its program has', async () => {
  const wrong = await Promise.all(launches().map(async (one) => complaintsOf(one, await askedOptionsOf(one))));
  expect(wrong.flat()).toEqual([]);
  expect(launches().map(({ where }) => where)).toEqual([
    ...['server-1', 'server-2', 'ingest', 'compute'].map((name) => `compose.yaml: ${name}`),
    ...['Deployment segment-ingest: watch', 'Deployment segment-server: server', 'CronJob segment-compute: compute'],
    ...['Deployment segment-server: server', 'CronJob segment-compute: compute', 'CronJob segment-ingest: load'],
    ...['Job segment-ingest-20260131t040000z: load', 'Job segment-rollout-new-checkout: climb'],
  ]);
});

describe('what would be found', () => {
  const server = (): Launch => {
    const found = launches().find(({ program }) => program === 'segment-server');
    if (found === undefined) throw new Error('nothing starts a server');
    return found;
  };

  test('a flag that does not exist', async () => {
    const broken = { ...server(), args: [...server().args, '--stat-dir=/var/lib/segment-server'] };
    await expect(optionsOf(broken)).rejects.toThrow("compose.yaml: server-1: error: unknown option '--stat-dir");
  });

  test('a variable that sets nothing, a folder that is not there', async () => {
    const broken = {
      ...server(),
      environment: { SEGMENT_SERVER_CACHE: '64', SEGMENT_SERVER_CACHE_MB: '64' },
      mounts: ['/run/secrets/server.json', '/etc/segment-server'],
    };
    expect(complaintsOf(broken, await optionsOf(broken))).toEqual([
      'compose.yaml: server-1: segment-server has no option that SEGMENT_SERVER_CACHE sets',
      'compose.yaml: server-1: nothing is mounted at /var/lib/segment-server',
    ]);
  });
});

test('ports of the servers are those that containers, probes and Prometheus know', async () => {
  for (const resources of [production, pilot]) {
    const [launch] = launchesOf(resources, files).filter(({ program }) => program === 'segment-server');
    const [pod] = podsIn(resources).filter(({ where }) => where === 'Deployment segment-server');
    const [container] = pod?.spec.containers ?? [];
    if (launch === undefined || pod === undefined || container === undefined) throw new Error('there is no server');
    const { port, opsPort, drainDelayMs } = await askedOptionsOf(launch);
    expect(container.ports).toEqual([
      { name: 'http', containerPort: port?.value },
      { name: 'ops', containerPort: opsPort?.value },
    ]);
    const { startupProbe, readinessProbe, livenessProbe } = container;
    for (const probe of [startupProbe, readinessProbe, livenessProbe]) {
      expect(probe?.httpGet.port).toBe('ops');
      expect(OPS).toContain(probe?.httpGet.path);
    }
    // The delay, 20 s for requests in flight, 6 s for closing: then a kill may come.
    const drainSeconds = Number(drainDelayMs?.value) / 1000 + 26;
    expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drainSeconds);
  }
});

test('compose publishes, probes and scrapes the ports that its servers listen on', async () => {
  for (const launch of launchesIn(compose, join(scratch, 'secrets')).slice(0, 2)) {
    const name = launch.where.replace('compose.yaml: ', '');
    const { port, opsPort } = await askedOptionsOf(launch);
    const { ports = [], healthcheck, stop_grace_period: grace = '' } = compose.services[name] ?? {};
    expect(ports.map((one) => one.split(':')[2])).toEqual([`${port?.value}`]);
    expect(healthcheck?.test.at(-1)).toContain(`http://127.0.0.1:${opsPort?.value}/startupz`);
    expect(await read('compose/targets/segment-server.json')).toContain(`"${name}:${opsPort?.value}"`);
    expect(Number.parseInt(grace, 10)).toBeGreaterThanOrEqual(28);
  }
});

test('the autoscaler asks for figures that the adapter makes of metrics that a server exports', async () => {
  const server = await startServer(['--store', `embedded:${join(scratch, 'store')}`, '--ops-port', '0'], 'starting');
  const told = await server.until((event) => event.kind === 'result');
  const ops = told.kind === 'result' ? `${told.data.opsUrl}` : '';
  const exported = await (await fetch(`${ops}/metrics`)).text();
  await server.stop();
  const { rules }: { readonly rules: { readonly custom: readonly Rule[] } } = parse(
    await read('kubernetes/autoscaling/prometheus-adapter.yaml'),
  );
  for (const { seriesQuery, metricsQuery } of rules.custom) {
    const name = seriesQuery.replace(/\{.*/, '').replace(/_count$/, '');
    expect(exported).toMatch(new RegExp(`^# TYPE ${name} `, 'm'));
    const routes = /route!~"([^"]*)"/.exec(metricsQuery)?.[1]?.split('|') ?? [];
    expect(Object.keys(openapi.paths)).toEqual(expect.arrayContaining(routes));
  }
  const [autoscaler] = production.filter(({ kind }) => kind === 'HorizontalPodAutoscaler');
  const asked = JSON.stringify(autoscaler).matchAll(/"metric":\{"name":"([^"]*)"\}/g);
  expect([...asked].map(([, name]) => name).sort()).toEqual(rules.custom.map(({ name }) => name.as).sort());
});

interface Rule {
  readonly seriesQuery: string;
  readonly metricsQuery: string;
  readonly name: { readonly as: string };
}
