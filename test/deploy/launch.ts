/** A container of ours as a manifest starts it, and what is wrong with that: told by the program it starts. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { mainOf } from '../support/commands.ts';
import { pathWith } from '../support/shims.ts';

type Environment = Readonly<Record<string, string>>;

export interface Launch {
  /** `compose.yaml: server-1` */
  readonly where: string;
  /** `segment-server`: what the image is called and its entrypoint, too. */
  readonly program: string;
  /** In the entrypoint's place. */
  readonly command?: readonly string[] | undefined;
  readonly args: readonly string[];
  readonly environment: Environment;
  /** Folders and files that the container has beside those of its image. */
  readonly mounts: readonly string[];
  /** What of them the program reads at once: path in the container → path here. */
  readonly files: Environment;
}

interface Printed {
  readonly options: Readonly<Record<string, { readonly value: unknown; readonly from: string }>>;
}

/** Options that its program would run with. Rejects with the program's own words where it would refuse to. */
export async function optionsOf(launch: Launch): Promise<Printed['options']> {
  const scratch = await mkdtemp(join(tmpdir(), 'launch-'));
  try {
    await writeFile(join(scratch, 'run-folder'), 's3://bucket/runs/20260131t040000z'); // an init container leaves it there
    const [command = '', ...args] = [...(launch.command ?? [launch.program]), ...launch.args].map(here(launch.files));
    const env = { ...launch.environment, HOME: scratch, TMPDIR: '/tmp', JOB_COMPLETION_INDEX: '0' };
    const PATH = await pathWith(join(scratch, 'bin'), printers);
    const child = spawn(command, args, { env: { ...env, PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return printed(stdout) ?? refused(launch, `${stderr}${stdout}`);
  } finally {
    await rm(scratch, { recursive: true });
  }
}

/** Each command of ours, that only says with what it would run. */
const printers = Object.fromEntries(
  (['server', 'ingest', 'compute', 'rollout'] as const).map((name) => [
    `segment-${name}`,
    ['sh', '-c', 'exec "$0" "$@" --print-config --json', process.execPath, mainOf(name)],
  ]),
);

const here = (files: Environment) => (word: string) =>
  Object.entries(files).reduce((all, [path, local]) => all.replace(`=${path}`, `=${local}`), word);

function printed(stdout: string): Printed['options'] | undefined {
  const result = stdout.split('\n').find((line) => line.startsWith('{"kind":"result"'));
  if (result === undefined) return undefined;
  const { data }: { readonly data: Printed } = JSON.parse(result);
  const missing = Object.values(data.options).some(({ from }) => from === 'missing');
  return missing ? undefined : data.options;
}

function refused({ where }: Launch, why: string): never {
  throw new Error(`${where}: ${why.slice(0, 1_000)}`);
}

/** Variables of ours that no option is set by, and paths that nothing is mounted at. */
export function complaintsOf(launch: Launch, options: Printed['options']): readonly string[] {
  const origins = new Set(Object.values(options).map(({ from }) => from));
  const unheard = Object.keys(launch.environment).filter((name) => name.startsWith('SEGMENT_') && !origins.has(name));
  const values = [...Object.values(options).map(({ value }) => value), ...Object.values(launch.environment)];
  const paths = values.filter((value): value is string => typeof value === 'string' && value.startsWith('/'));
  const isThere = (path: string) => launch.mounts.some((mount) => path === mount || path.startsWith(`${mount}/`));
  return [
    ...unheard.map((name) => `${launch.where}: ${launch.program} has no option that ${name} sets`),
    ...paths.filter((path) => !isThere(path)).map((path) => `${launch.where}: nothing is mounted at ${path}`),
  ];
}
