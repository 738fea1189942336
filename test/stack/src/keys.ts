/** Who may ask the servers of the stack. */
import { join } from 'node:path';
import { startCommand } from '@segment-store/cli/child';
import type { Layout } from './layout.ts';
import { mainOf } from './own-process.ts';

export interface Keys {
  /** A service whose answers matter most: class `critical`. */
  readonly checkout: string;
  /** A service like others. */
  readonly feed: string;
  /** Whoever may wait: class `best-effort`. */
  readonly prefetch: string;
  /** People: every scope. */
  readonly operator: string;
}

const RATE = ['--rate', '100000'];
const everything = ['--scopes', 'read,read:members,publish,erase,admin'];

export const keyFileIn = (folder: string): string => join(folder, 'keys.json');
export const keyFile = ({ folder }: Layout): string => keyFileIn(folder);

/** By the command that people use, one after the other: they share a file. */
export async function createKeys(layout: Layout): Promise<Keys> {
  const create = (name: string, ...args: string[]) => createKey(keyFile(layout), name, args);
  return {
    checkout: await create('checkout', '--class', 'critical', ...RATE),
    feed: await create('feed', ...RATE),
    prefetch: await create('prefetch', '--class', 'best-effort', ...RATE),
    operator: await create('operator', ...everything, ...RATE),
  };
}

/** `args`: further flags of `segment-server keys create`. Servers know it within seconds. */
export async function createKey(file: string, name: string, args: readonly string[]): Promise<string> {
  const command = ['keys', 'create', name, '--keys', file, ...args];
  const { exitCode, events, stderr } = await startCommand(mainOf('server'), command).finished;
  const data = events.find((event) => event.kind === 'data')?.data;
  if (exitCode === 0 && typeof data?.key === 'string') return data.key;
  throw new Error(`segment-server ${command.join(' ')} ended with ${exitCode}: ${stderr}`);
}
