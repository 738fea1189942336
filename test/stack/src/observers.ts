/** What watches the product: the files of deploy/ as they are, with the targets of this stack beside them. */
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { startAlertmanager } from '@segment-store/services/alertmanager';
import { startExporter } from '@segment-store/services/exporter';
import { startPrometheus } from '@segment-store/services/prometheus';
import { get } from '@segment-store/services/service';
import { DEAD_LETTER_QUEUE, type Layout, type Listener, QUEUE, queueUrl, urlOf } from './layout.ts';
import { deployedFile, startProgram } from './own-process.ts';
import type { Part, Running } from './part.ts';
import type { ReceiverSettings } from './process/receiver.ts';
import type { SqsExporterSettings } from './process/sqs-exporter.ts';

type ExporterName = 'jobs-exporter' | 'redis-exporter' | 'elasticsearch-exporter' | 'probe-exporter';
type ObserverName = ExporterName | 'sqs-exporter' | 'receiver' | 'alertmanager' | 'prometheus';

export function observerParts(layout: Layout): Readonly<Record<ObserverName, Part>> {
  const exporterPart = (name: ExporterName): Part => ({ name, start: () => startExporter(exporterOf(name, layout)) });
  return {
    'jobs-exporter': exporterPart('jobs-exporter'),
    'redis-exporter': exporterPart('redis-exporter'),
    'elasticsearch-exporter': exporterPart('elasticsearch-exporter'),
    'probe-exporter': exporterPart('probe-exporter'),
    'sqs-exporter': { name: 'sqs-exporter', start: () => startSqsExporter(layout) },
    receiver: { name: 'receiver', start: () => startReceiver(layout) },
    alertmanager: { name: 'alertmanager', start: () => startOwnAlertmanager(layout) },
    prometheus: { name: 'prometheus', start: () => startOwnPrometheus(layout) },
  };
}

function exporterOf(name: ExporterName, layout: Layout) {
  const port = layout.port(name);
  switch (name) {
    case 'jobs-exporter': {
      const folder = `--collector.textfile.directory=${layout.jobFigures}`;
      return {
        port,
        exporter: 'node-exporter',
        args: ['--collector.disable-defaults', '--collector.textfile', folder],
      };
    }
    case 'redis-exporter':
      return { port, exporter: name, args: [`--redis.addr=redis://127.0.0.1:${layout.port('redis')}`] };
    case 'elasticsearch-exporter':
      return { port, exporter: name, args: [`--es.uri=${urlOf(layout, 'elasticsearch-1')}`, ...ELASTICSEARCH] };
    case 'probe-exporter':
      return {
        port,
        exporter: 'blackbox-exporter',
        args: [`--config.file=${deployedFile('prometheus/blackbox.yml')}`],
      };
  }
}

const ELASTICSEARCH = ['--es.all', '--es.indices', '--es.indices_settings', '--es.shards', '--es.timeout=3s'];

function startSqsExporter(layout: Layout): Promise<Running> {
  const url = urlOf(layout, 'sqs-exporter');
  const queues = Object.fromEntries([QUEUE, DEAD_LETTER_QUEUE].map((queue) => [queue, queueUrl(layout, queue)]));
  const settings: SqsExporterSettings = { port: layout.port('sqs-exporter'), queues };
  return startProgram('sqs-exporter', { url, ready: async () => Boolean(await get(`${url}/metrics`)), settings });
}

function startReceiver(layout: Layout): Promise<Running> {
  const settings: ReceiverSettings = { port: layout.port('receiver') };
  return startProgram('receiver', { url: `${urlOf(layout, 'receiver')}/received`, settings });
}

/** What the file that is shipped says of other machines becomes what it is here: PagerDuty's address, where secrets are. */
async function startOwnAlertmanager(layout: Layout): Promise<Running> {
  const folder = join(layout.folder, 'alertmanager');
  const receiver = urlOf(layout, 'receiver');
  await mkdir(join(folder, 'secrets'), { recursive: true });
  await writeFile(join(folder, 'secrets/slack-url'), `${receiver}/slack`);
  await writeFile(join(folder, 'secrets/pagerduty-key'), 'no-key-on-the-stack');
  const shipped = await readFile(deployedFile('alertmanager/alertmanager.yml'), 'utf8');
  const configFile = join(folder, 'alertmanager.yml');
  const here = shipped
    .replace(/(?<=^ +pagerduty_url: ).*/m, `${receiver}/pagerduty`)
    .replaceAll(/(?<=_file: )(?:\/etc\/alertmanager\/)?secrets\//g, `${folder}/secrets/`);
  await writeFile(configFile, here);
  return startAlertmanager({ configFile, port: layout.port('alertmanager'), dataFolder: join(folder, 'data') });
}

async function startOwnPrometheus(layout: Layout): Promise<Running> {
  const folder = join(layout.folder, 'prometheus');
  const targets = join(folder, 'targets');
  await mkdir(targets, { recursive: true });
  for (const file of ['prometheus/prometheus.yml', 'prometheus/rules']) {
    await symlink(deployedFile(file), join(folder, basename(file))).catch(unlessThere);
  }
  for (const [job, list] of Object.entries(targetsOf(layout))) {
    await writeFile(join(targets, `${job}.json`), JSON.stringify(list, undefined, 2));
  }
  const configFile = join(folder, 'prometheus.yml');
  return startPrometheus({ configFile, port: layout.port('prometheus'), dataFolder: join(folder, 'data') });
}

/** It is started again. */
function unlessThere(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}

interface Target {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** By job; each process has its name for an instance. */
function targetsOf(layout: Layout): Readonly<Record<string, readonly Target[]>> {
  const target = (instance: string, listener: Listener): Target => ({
    targets: [new URL(urlOf(layout, listener)).host],
    labels: { instance },
  });
  const probed = (server: 'server-1' | 'server-2'): Target => ({
    targets: [`${urlOf(layout, server)}/readyz`],
    labels: { instance: server, __exporter__: new URL(urlOf(layout, 'probe-exporter')).host },
  });
  return {
    'segment-server': [target('server-1', 'server-1-ops'), target('server-2', 'server-2-ops')],
    'segment-client': [target('traffic', 'traffic')],
    'segment-jobs': [target('jobs', 'jobs-exporter')],
    sqs: [target('sqs', 'sqs-exporter')],
    redis: [target('redis', 'redis-exporter')],
    elasticsearch: [target('elasticsearch', 'elasticsearch-exporter')],
    probe: [probed('server-1'), probed('server-2')],
    prometheus: [target('prometheus', 'prometheus')],
    alertmanager: [target('alertmanager', 'alertmanager')],
  };
}
