/** What the file system and LMDB refuse, in the words of the port. */
import { isFailure } from '@segment-store/resilience/failure';
import { refusal } from '../refusal.ts';

/** Operating system errors by name, LMDB's by number. */
const DENIALS: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOENT', 13, 1, 30, 20]);
const NOT_LMDB: ReadonlySet<unknown> = new Set([-30793, -30794]);

export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = codeOf(error);
    if (code === 'EEXIST' || code === 'ENOTDIR') {
      throw refusal('DENIED', `${path} is or lies below a file (${code}): name a directory`, { cause: error });
    }
    if (DENIALS.has(code)) {
      throw refusal('DENIED', `${path} cannot be written (${code}): give this user a writable directory`, {
        cause: error,
      });
    }
    if (NOT_LMDB.has(code)) throw refusal('UNSUPPORTED', `${path} is no LMDB environment of this version`);
    if (isFailure(error)) throw error;
    if (code === undefined) throw error;
    const way = 'free disk space or mend the disk, then run again';
    throw refusal('UNAVAILABLE', `${path} cannot be used (${code}): ${way}`, { fault: true, cause: error });
  }
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
