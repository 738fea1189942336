/** deploy/compose.yaml, as far as its words are ours. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Launch } from './launch.ts';

export const COMPOSE: URL = new URL('../../deploy/compose.yaml', import.meta.url);

interface Service {
  readonly image: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly build?: { readonly dockerfile: string; readonly target: string };
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly stop_grace_period?: string;
  readonly depends_on?: readonly string[] | Readonly<Record<string, object>>;
  readonly deploy: { readonly resources: { readonly limits: { readonly memory: string; readonly pids: number } } };
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, object>>;
  readonly networks: Readonly<Record<string, object>>;
}

export async function readCompose(): Promise<Compose> {
  return parse(await readFile(COMPOSE, 'utf8'), { merge: true });
}

/** The services that are programs of ours; their secrets are those of `secrets`, a folder here. */
export function launchesIn({ services }: Compose, secrets: string): readonly Launch[] {
  const ours = Object.entries(services).filter(([, { build }]) => build !== undefined);
  return ours.map(([name, { image, command = [], environment = {}, ...mounted }]) => ({
    where: `compose.yaml: ${name}`,
    program: image.replace(/:.*/, ''),
    args: command,
    environment,
    mounts: mountsOf(mounted),
    files: Object.fromEntries(
      (mounted.secrets ?? []).map((secret) => [`/run/secrets/${secret}`, `${secrets}/${secret}`]),
    ),
  }));
}

const mountsOf = ({ secrets = [], volumes = [], tmpfs = [] }: Partial<Service>): readonly string[] => [
  ...secrets.map((secret) => `/run/secrets/${secret}`),
  ...volumes.map((volume) => volume.split(':')[1] ?? ''),
  ...tmpfs.map((folder) => folder.split(':')[0] ?? ''),
];
