/** What `kubectl apply --kustomize` would send to a cluster. */
import { fileURLToPath } from 'node:url';
import { kubectl } from '@segment-store/services/kubectl';
import { run } from '@segment-store/services/tool';
import { parseAllDocuments } from 'yaml';
import type { Launch } from './launch.ts';

export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

export interface Pod {
  readonly where: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: PodSpec;
}

interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly containers: readonly PodContainer[];
  readonly initContainers?: readonly PodContainer[];
}

interface PodContainer {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string } }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly { readonly mountPath: string }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly resources: { readonly limits?: { readonly memory?: string }; readonly requests?: object };
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

export const KUBERNETES: string = fileURLToPath(new URL('../../deploy/kubernetes/', import.meta.url));

/** `overlays/production` → its YAML. */
export const rendered = async (folder: string): Promise<string> =>
  run(await kubectl(), ['kustomize', `${KUBERNETES}${folder}`]);

export const resourcesIn = (text: string): readonly Resource[] =>
  parseAllDocuments(text).map((document) => document.toJS());

interface Template {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: PodSpec;
}
type Templated = { readonly template?: Template; readonly jobTemplate?: { readonly spec: { template: Template } } };

export function podsIn(resources: readonly Resource[]): readonly Pod[] {
  return resources.flatMap(({ kind, metadata: { name }, spec = {} }) => {
    const { template: own, jobTemplate }: Templated = spec;
    const template = own ?? jobTemplate?.spec.template;
    if (template === undefined) return [];
    return [{ where: `${kind} ${name}`, labels: template.metadata?.labels ?? {}, spec: template.spec }];
  });
}

/** The containers that are programs of ours. `files` stand for secrets: path in the container → path here. */
export function launchesOf(resources: readonly Resource[], files: Launch['files']): readonly Launch[] {
  const maps = new Map(resources.map(({ metadata, data = {} }) => [metadata.name, data]));
  return podsIn(resources).flatMap(({ where, spec }) =>
    spec.containers.filter(isOurs).map((container) => ({
      where: `${where}: ${container.name}`,
      program: nameOf(container),
      command: container.command,
      args: container.args ?? [],
      environment: environmentOf(container, maps),
      mounts: (container.volumeMounts ?? []).map(({ mountPath }) => mountPath),
      files,
    })),
  );
}

const nameOf = ({ image }: PodContainer): string => image.replace(/^.*\//, '').replace(/:.*/, '');
const isOurs = (container: PodContainer): boolean => nameOf(container).startsWith('segment-');

/** A variable that is a secret gets a value that any URL may have. */
function environmentOf(
  { env = [], envFrom = [] }: PodContainer,
  maps: ReadonlyMap<string, Readonly<Record<string, string>>>,
): Launch['environment'] {
  const mapped = envFrom.flatMap(({ configMapRef }) => (configMapRef === undefined ? [] : [configMapRef.name]));
  const own = env.map(({ name, value = 'https://user:password@elasticsearch:9200' }) => [name, value]);
  return Object.assign({}, ...mapped.map((name) => maps.get(name) ?? missing(name)), Object.fromEntries(own));
}

function missing(name: string): never {
  throw new Error(`no ConfigMap is called ${name}`);
}
