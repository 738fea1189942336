import { readFile, statfs } from 'node:fs/promises';
import { freemem } from 'node:os';

const FOLDER = '/dev/shm';
/** Several times what all tests keep at once. */
const ROOM_BYTES = 8 * 1024 ** 3;

/** A folder in memory, where nothing that is written waits for a disk; undefined where a machine has none with room. */
export async function memoryFolder(): Promise<string | undefined> {
  const mounts = await readFile('/proc/mounts', 'utf8').catch(() => '');
  const [, options] = /^\S+ \/dev\/shm \S+ (\S+)/m.exec(mounts) ?? [];
  if (options === undefined || options.split(',').includes('noexec')) return undefined; // tests write programs, too
  const { bavail, bsize } = await statfs(FOLDER);
  return Math.min(bavail * bsize, freemem()) < ROOM_BYTES ? undefined : FOLDER;
}
