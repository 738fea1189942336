/** The metrics that there are: what our programs say when asked, and what exporters of others are known to say. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSamples } from '@segment-store/cli/render/samples';
import { parseRunId } from '@segment-store/contract/id';
import { mainOf, runCommand, startServer } from '../support/commands.ts';
import { runFiles, writeRun } from '../support/run-folder.ts';

/** Of exporters that we do not write: prometheus.yml says which they are. */
const OTHERS = {
  'Prometheus itself': ['up', 'ALERTS'],
  'node_exporter, textfile collector': ['node_textfile_mtime_seconds'],
  blackbox_exporter: ['probe_success', 'probe_ssl_earliest_cert_expiry', 'probe_duration_seconds'],
  redis_exporter: ['redis_up'],
  'cloudwatch_exporter, AWS/SQS': [
    'aws_sqs_approximate_age_of_oldest_message_maximum',
    'aws_sqs_approximate_number_of_messages_visible_average',
    'aws_sqs_approximate_number_of_messages_not_visible_average',
  ],
  elasticsearch_exporter: [
    'elasticsearch_cluster_health_status',
    'elasticsearch_cluster_health_number_of_nodes',
    'elasticsearch_filesystem_data_available_bytes',
    'elasticsearch_filesystem_data_size_bytes',
    'elasticsearch_indices_settings_stats_read_only_indices',
  ],
};

/** `scratch`: an empty folder. */
export async function exportedMetrics(scratch: string): Promise<ReadonlySet<string>> {
  const all = await Promise.all([ofServer(scratch), ofIngest(scratch), ofCompute(scratch), ofSdk()]);
  return new Set([...all.flat(), ...ofLater(), ...Object.values(OTHERS).flat()]);
}

async function ofServer(scratch: string): Promise<readonly string[]> {
  const server = await startServer(['--store', `embedded:${join(scratch, 'store')}`, '--workers', '1'], 'starting');
  const text = await (await fetch(`${server.url}/metrics`)).text();
  await server.stop();
  return typesIn(text);
}

/** A load that a budget refuses tells most. */
async function ofIngest(scratch: string): Promise<readonly string[]> {
  const run = parseRunId('20260101t000000z');
  const lines = ['{"customer_id":"c1","segment_ids":["a"]}', 'no member line'];
  const folder = await writeRun(join(scratch, run), runFiles({ run, parts: [lines] }));
  const file = join(scratch, 'ingest.prom');
  const store = `embedded:${join(scratch, 'loaded')}`;
  await runCommand('ingest', ['load', folder, '--store', store, '--metrics-file', file]);
  return typesIn(await readFile(file, 'utf8'));
}

async function ofCompute(scratch: string): Promise<readonly string[]> {
  const file = join(scratch, 'compute.prom');
  const missing = ['orders', 'definitions', 'categories'].flatMap((name) => [`--${name}`, join(scratch, `no-${name}`)]);
  await runCommand('compute', ['run', ...missing, '--as-of', '2011-12-10', '--to', scratch, '--metrics-file', file]);
  return typesIn(await readFile(file, 'utf8'));
}

/** What takes longer to be said: by a load of half a minute, by a watch of a run that fails, by a calculation. */
function ofLater(): readonly string[] {
  const samples = createSamples(Date.now);
  samples.say({ kind: 'stage', stage: 'fill' });
  samples.say({ kind: 'progress', stage: 'fill', unit: 'rows', done: 1, total: 2, perSecond: 1 });
  samples.say({ kind: 'item', item: 'run', name: 'r', state: 'failed', failure: { code: 'ON_HOLD', text: 'held' } });
  return samples.list().flatMap(({ name }) => [`segment_ingest_${name}`, `segment_compute_${name}`]);
}

/** Its instruments as Prometheus names them; units are relabelled away. */
async function ofSdk(): Promise<readonly string[]> {
  const source = await readFile(join(mainOf('server'), '../../../sdk/src/otel/figures.ts'), 'utf8');
  const named = [...source.matchAll(/\b(counter|gauge)\('([\w.]+)'/g)].map(
    ([, kind, name = '']) => `segment_store_client_${name.replaceAll('.', '_')}${kind === 'counter' ? '_total' : ''}`,
  );
  return [...named, ...histogram('segment_store_client_lookup_duration')];
}

function typesIn(text: string): readonly string[] {
  const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return types.flatMap(([, name = '', type]) => (type === 'histogram' ? histogram(name) : [name]));
}

const histogram = (name: string): readonly string[] => ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`);
