/** What the Prometheus operator is told, by both overlays: the jobs that rules name, and the rules. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { allRules } from './alerts.ts';
import { KUBERNETES, type Pod, podsIn, type Resource, rendered, resourcesIn } from './manifests.ts';

const read = (name: string) => readFile(new URL(name, `file://${KUBERNETES}`), 'utf8');
const prometheus: Scraping = parse(await read('../prometheus/prometheus.yml'));

interface Scraping {
  readonly global: { readonly evaluation_interval: string };
  readonly scrape_configs: readonly { readonly job_name: string }[];
}
interface Group {
  readonly interval?: string;
  readonly rules: readonly { readonly record?: string; readonly alert?: string; readonly expr: string }[];
}
interface PodMonitor {
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podMetricsEndpoints: readonly [Endpoint];
}
interface Endpoint {
  readonly port: string;
  readonly relabelings: readonly Relabeling[];
}
interface Relabeling {
  readonly targetLabel: string;
  readonly replacement?: string;
  readonly sourceLabels?: readonly string[];
}
interface Probe {
  readonly jobName: string;
  readonly interval: string;
  readonly prober: { readonly url: string };
}

/** Every field that these have, of an operator's kind: a misspelt one is an unknown one. */
const FIELDS =
  /^(selector|matchLabels|podMetricsEndpoints|port|path|interval|scrapeTimeout|relabelings|targetLabel|replacement|action|sourceLabels|jobName|module|prober|url|targets|staticConfig|static|labels|from|groups|name|rules|record|alert|expr|for|annotations|\d+)$/;

const specs = <Spec>(resources: readonly Resource[], kind: string): readonly Spec[] =>
  resources.filter((one) => one.kind === kind).map(({ spec }) => JSON.parse(JSON.stringify(spec)));

/** Pods whose port a monitor asks, and the job that they become. */
function jobsOf({ selector, podMetricsEndpoints: [endpoint] }: PodMonitor, pods: readonly Pod[]): readonly string[] {
  const asked = pods.filter(
    ({ labels, spec }) =>
      Object.entries(selector.matchLabels).every(([name, value]) => labels[name] === value) &&
      spec.containers.some(({ ports = [] }) => ports.some(({ name }) => name === endpoint.port)),
  );
  const job = endpoint.relabelings.find(({ targetLabel }) => targetLabel === 'job');
  return asked.map(({ labels }) => {
    const label = job?.sourceLabels?.[0]?.replace('__meta_kubernetes_pod_label_segment_store_job', 'segment-store/job');
    return job?.replacement ?? labels[label ?? ''] ?? '';
  });
}

describe.each(['production', 'pilot'])('overlay %s', async (name) => {
  const resources = resourcesIn(await rendered(`overlays/${name}`));
  const pods = podsIn(resources);
  const probes = specs<Probe>(resources, 'Probe');
  const jobs = specs<PodMonitor>(resources, 'PodMonitor').flatMap((monitor) => jobsOf(monitor, pods));

  test('every job that rules ask for or miss is scraped or probed, under a name that prometheus.yml has', async () => {
    const all = new Set([...jobs, ...probes.map(({ jobName }) => jobName)]);
    const known = prometheus.scrape_configs.map(({ job_name }) => job_name);
    expect([...all].filter((job) => !known.includes(job) && job !== 'probe-exporter')).toEqual([]);
    const rules = (await allRules()).map(({ expr }) => expr).join('\n');
    const named = new Set([...rules.matchAll(/job="([^"]+)"/g)].map(([, job = '']) => job));
    // Where no queue is, none is missed.
    if (name === 'pilot') named.delete('sqs');
    expect(named.size).toBeGreaterThan(4);
    expect([...named].filter((job) => !all.has(job))).toEqual([]);
  });

  test('it is asked from two places, each by another prober', () => {
    expect(probes.map(({ interval }) => interval)).toEqual(['1s', '1s']);
    expect(new Set(probes.map(({ prober }) => prober.url)).size).toBe(2);
  });

  test('the rules are all there, evaluated as often as prometheus.yml does, or as they say themselves', async () => {
    const [rule] = specs<{ readonly groups: readonly Group[] }>(resources, 'PrometheusRule');
    const groups = rule?.groups ?? [];
    const written = groups.flatMap(({ rules }) => rules).map(({ record, alert, expr }) => [record ?? alert, expr]);
    expect(written.sort()).toEqual((await allRules()).map(({ record, alert, expr }) => [record ?? alert, expr]).sort());
    const { evaluation_interval: every } = prometheus.global;
    for (const { interval, rules } of groups) {
      if (rules.some(({ alert }) => alert !== undefined)) expect(interval).toBe(every);
      else expect(interval).toMatch(/^\d+[sm]$/);
    }
  });

  test('fields of the operator’s kinds are those that it has', () => {
    const kinds = resources.filter(({ apiVersion }) => apiVersion.startsWith('monitoring.coreos.com/'));
    expect(new Set(kinds.map(({ kind }) => kind))).toEqual(new Set(['PodMonitor', 'Probe', 'PrometheusRule']));
    const free = ['labels', 'annotations', 'matchLabels'];
    const fieldsIn = (value: unknown): readonly string[] =>
      typeof value !== 'object' || value === null
        ? []
        : Object.entries(value).flatMap(([key, inner]) => [key, ...(free.includes(key) ? [] : fieldsIn(inner))]);
    expect(kinds.flatMap(({ spec }) => fieldsIn(spec)).filter((field) => !FIELDS.test(field))).toEqual([]);
  });

  test('calculations and loads by a schedule send their figures where they are kept for longer than alerts look back', async () => {
    const jobPods = pods.filter(({ where }) => where.startsWith('CronJob'));
    expect(jobPods.length).toBeGreaterThan(0);
    for (const { spec } of jobPods) {
      const env = spec.containers.flatMap((container) => container.env ?? []);
      expect(env).toContainEqual({ name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://segment-collector:4318' });
    }
    expect(resources.some(({ kind, metadata }) => kind === 'Service' && metadata.name === 'segment-collector')).toBe(
      true,
    );
    const { exporters }: Collector = parse(await read('exporters/collector.yml'));
    expect(Number.parseInt(exporters.prometheus.metric_expiration, 10)).toBeGreaterThanOrEqual(72);
    expect(exporters.prometheus.endpoint).toBe('0.0.0.0:9464');
  });
});

interface Collector {
  readonly exporters: {
    readonly prometheus: { readonly endpoint: string; readonly metric_expiration: `${number}h` };
  };
}
