/** Directories of the scratch disk: one for each run that is regrouped, made whole or not at all. */
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

const IN_THE_WAY = ['ENOTEMPTY', 'EEXIST'];

/** Both empty. */
export interface Work {
  /** Takes its name once it is filled. */
  readonly run: string;
  /** Goes away. */
  readonly sorting: string;
}

/** `<scratch>/<name>`, once `fill` has settled; it is given up where another job was first. */
export async function makeWhole(scratch: string, name: string, fill: (work: Work) => Promise<void>): Promise<void> {
  await mkdir(scratch, { recursive: true });
  await sweep(scratch, name);
  const work = await mkdtemp(join(scratch, `${workPrefix(name)}${process.pid}-`));
  try {
    const [run, sorting] = [join(work, 'run'), join(work, 'sorting')];
    await mkdir(run);
    await mkdir(sorting);
    await fill({ run, sorting });
    await rename(run, join(scratch, name)).catch((error: NodeJS.ErrnoException) => {
      if (!IN_THE_WAY.includes(error.code ?? '')) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const workPrefix = (name: string) => `.${name}-`;

/** What jobs left behind that were killed. */
async function sweep(scratch: string, name: string): Promise<void> {
  for (const entry of await readdir(scratch)) {
    const pid = entry.startsWith(workPrefix(name))
      ? Number.parseInt(entry.slice(workPrefix(name).length), 10)
      : undefined;
    if (pid !== undefined && !isRunning(pid)) await rm(join(scratch, entry), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
