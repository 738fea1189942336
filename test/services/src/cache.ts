import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const unfinished = /^\.unfinished-(\d+)-/;

/** Where downloads and compiled classes stay between runs, outside the source tree. Safe to delete. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'segment-store');
}

/** A short name that changes whenever one of the contents does. */
export function fingerprint(...contents: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content).update('\0');
  return hash.digest('hex').slice(0, 12);
}

/** The cached folder `key`; `make` fills it the first time. An interrupted `make` leaves nothing that looks finished. */
export async function madeOnce(key: string, make: (folder: string) => Promise<void>): Promise<string> {
  const target = join(cacheFolder(), key);
  if (existsSync(target)) return target;
  await mkdir(cacheFolder(), { recursive: true });
  await removeUnfinished();
  const scratch = join(cacheFolder(), `.unfinished-${process.pid}-${key}`);
  await mkdir(scratch);
  try {
    await make(scratch);
    await rename(scratch, target).catch(unlessThere(target));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return target;
}

/** Two runs may make the same folder at once: the first stays, the second uses it. */
function unlessThere(target: string): (error: unknown) => void {
  return (error) => {
    if (!existsSync(target)) throw error;
  };
}

async function removeUnfinished(): Promise<void> {
  for (const name of await readdir(cacheFolder())) {
    const pid = unfinished.exec(name)?.[1];
    if (pid && !isRunning(Number(pid))) await rm(join(cacheFolder(), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
