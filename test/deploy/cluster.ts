/** A cluster as an overlay makes it, with what people apply by hand: what kubectl may be told of. */
import { readFile } from 'node:fs/promises';
import type { Overlay } from './kubectl-lines.ts';
import { KUBERNETES, type Pod, podsIn, type Resource, rendered, resourcesIn } from './manifests.ts';

export interface Cluster {
  readonly overlay: Overlay;
  readonly namespace: string;
  readonly resources: readonly Resource[];
  readonly pods: readonly Pod[];
  /** `secret/segment-server`: made from files, never rendered. */
  readonly expected: readonly string[];
}

export async function clusterOf(overlay: Overlay): Promise<Cluster> {
  const byHand = ['ingest-once/by-hand.yaml', 'rollout-once/rollout-job.yaml'];
  const texts = [rendered(`overlays/${overlay}`), ...byHand.map((name) => readFile(`${KUBERNETES}${name}`, 'utf8'))];
  const resources = (await Promise.all(texts)).flatMap(resourcesIn);
  const namespace = resources.find(({ kind }) => kind === 'Namespace')?.metadata.name ?? '';
  return { overlay, namespace, resources, pods: podsIn(resources), expected: expectedIn(JSON.stringify(resources)) };
}

/** Secrets and ConfigMaps that pods read. */
const expectedIn = (json: string): readonly string[] => [
  ...[...json.matchAll(/"secretName":"([^"]+)"/g)].map(([, name]) => `secret/${name}`),
  ...[...json.matchAll(/"(secret|configMap)(?:Ref|KeyRef)?":\{[^{}]*"name":"([^"]+)"/g)].map(
    ([, kind = '', name]) => `${kind.toLowerCase()}/${name}`,
  ),
];

/** `deployment/segment-server`, `hpa/…`. */
export const find = ({ resources }: Cluster, object: string): Resource | undefined => {
  const [kind = '', name] = object.split('/');
  return resources.find((one) => one.kind === KINDS[kind] && one.metadata.name === name);
};

/** Of a Deployment, a Job, a CronJob. */
export function podOf(cluster: Cluster, object: string): Pod | undefined {
  const owner = find(cluster, object);
  return owner === undefined ? undefined : podsIn([owner])[0];
}

/** As people type it → as manifests have it. What has no manifest here is made by others or by the cluster. */
const KINDS: Readonly<Record<string, string>> = {
  cronjob: 'CronJob',
  cronjobs: 'CronJob',
  deployment: 'Deployment',
  endpointslices: 'EndpointSlice',
  events: 'Event',
  hpa: 'HorizontalPodAutoscaler',
  job: 'Job',
  jobs: 'Job',
  pod: 'Pod',
  podmonitors: 'PodMonitor',
  pods: 'Pod',
  probes: 'Probe',
  prometheusrules: 'PrometheusRule',
  secret: 'Secret',
  service: 'Service',
};
export const isKind = (word: string): boolean => word in KINDS;

/** Variables that a container has, secrets aside. */
export function environmentOf({ resources }: Cluster, { spec }: Pod): Readonly<Record<string, string>> {
  const maps = new Map(resources.map(({ metadata, data = {} }) => [metadata.name, data]));
  const all = spec.containers.flatMap(({ envFrom = [], env = [] }) => [
    ...envFrom.map(({ configMapRef }) => maps.get(configMapRef?.name ?? '') ?? {}),
    Object.fromEntries(env.map(({ name, value = '' }) => [name, value])),
  ]);
  return Object.assign({}, ...all);
}

/** `spec.minReplicas` → 3. */
export const at = (value: unknown, path: readonly string[]): unknown =>
  path.reduce((inner, step) => (isRecord(inner) ? inner[step] : undefined), value);

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
