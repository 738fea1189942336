/** Processes of this repository, on a leash like every other: killed with the stack, however it ends. */
import { join } from 'node:path';
import { startProcess } from '@segment-store/services/process';
import { get } from '@segment-store/services/service';
import type { Running } from './part.ts';

const root = join(import.meta.dirname, '../../..');
const READY_MS = 60_000;

export type CommandName = 'compute' | 'ingest' | 'server';
export const mainOf = (command: CommandName): string => join(root, 'packages', command, 'src/main.ts');
export const exampleFile = (name: string): string => join(root, 'examples/online-retail', name);
export const deployedFile = (name: string): string => join(root, 'deploy', name);

interface OwnProcess {
  readonly name: string;
  readonly url: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default: it answers at its URL with 200. */
  ready?(): Promise<boolean>;
}

export async function startOwn({ name, url, args, env = {}, ready }: OwnProcess): Promise<Running> {
  const { pid, logFile, stop } = await startProcess({
    name,
    readyWithinMs: READY_MS,
    ready: ready ?? (async () => Boolean(await get(url))),
    command: async () => ({ command: process.execPath, args, env }),
  });
  return { url, pid, logFile, stop };
}

const SETTINGS = 'STACK_SETTINGS';

/** One of the stack's own small programs, in `process/`; it reads its settings by `settingsOf`. */
export const startProgram = (
  name: string,
  { url, ready, settings }: Omit<OwnProcess, 'name' | 'args' | 'env'> & { readonly settings: object },
): Promise<Running> =>
  startOwn({
    name,
    url,
    args: [join(import.meta.dirname, 'process', `${name}.ts`)],
    env: { [SETTINGS]: JSON.stringify(settings) },
    ...(ready !== undefined && { ready }),
  });

/** What `startProgram` was given, in the program. */
export function settingsOf<Settings extends object>(): Settings {
  return JSON.parse(process.env[SETTINGS] ?? '{}');
}
