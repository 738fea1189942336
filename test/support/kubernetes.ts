/** What a cluster would make of a manifest, as far as that can be told without one: its schema, and its containers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { pythonWith } from '@segment-store/services/python';
import { run } from '@segment-store/services/tool';

type Environment = Readonly<Record<string, string>>;

export interface Container {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: ValueFrom }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly envFrom: readonly { readonly secretRef: { readonly name: string } }[];
}
interface ValueFrom {
  readonly secretKeyRef: { readonly name: string; readonly key: string };
}

export interface JobSpec {
  readonly podFailurePolicy: { readonly rules: readonly Rule[] };
  readonly template: { readonly spec: PodSpec };
}
interface Rule {
  readonly action: 'Ignore' | 'FailJob' | 'Count';
  readonly onExitCodes?: { readonly values: readonly number[] };
}
interface PodSpec {
  readonly terminationGracePeriodSeconds: number;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
}

/** Resolves when the API of that version would take the file, unknown fields refused; rejects with what is wrong. */
export async function checkManifest(file: string, version: string): Promise<void> {
  await run(await pythonWith('checks'), ['-m', 'kubernetes_validate', '--strict', '-k', version, file]);
}

/** What becomes of a job whose container ended so: the first rule that names the code, else it counts as a retry. */
export function onExit({ podFailurePolicy }: JobSpec, exitCode: number): Rule['action'] {
  return podFailurePolicy.rules.find(({ onExitCodes }) => onExitCodes?.values.includes(exitCode))?.action ?? 'Count';
}

export interface ContainerOptions {
  readonly secrets: Readonly<Record<string, Environment>>;
  /** Wins over what the manifest says, as `HOME` must. */
  readonly environment: Environment;
}

/** The container's command as a process, with the variables and the expansion of `$(NAME)` that a kubelet would do. */
export function startContainer(container: Container, { secrets, environment }: ContainerOptions): ChildProcess {
  const secret = (name: string) => secrets[name] ?? missing(`secret ${name}`);
  const fromSecrets = container.envFrom.map(({ secretRef }) => secret(secretRef.name));
  const own = container.env.map(({ name, value, valueFrom: { secretKeyRef: ref } = {} }) => [
    name,
    ref === undefined ? `${value}` : (secret(ref.name)[ref.key] ?? missing(`${ref.key} of secret ${ref.name}`)),
  ]);
  const env: Environment = Object.assign({}, ...fromSecrets, Object.fromEntries(own), environment);
  const expand = (word: string) => word.replace(/\$\(([A-Z_]+)\)/g, (_, name) => env[name] ?? missing(name));
  const [command = '', ...args] = container.command.map(expand);
  return spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

function missing(what: string): never {
  throw new Error(`${what} is not there`);
}
