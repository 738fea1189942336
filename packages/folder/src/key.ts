import { Failure } from '@segment-store/resilience/failure';
import type { ByteRange, FileInfo, FolderCode } from './folder.ts';

/** False for a key that would leave the folder, or that only one of the adapters could hold. Lists do not show such names. */
export function isKey(key: string): boolean {
  return !/\p{Cc}/u.test(key) && key.split('/').every((step) => step !== '' && step !== '.' && step !== '..');
}

/** @throws Failure DENIED */
export function checkKey(key: string): void {
  if (isKey(key)) return;
  const form = 'steps between "/", none of them empty, "." or "..", no control characters';
  throw new Failure<FolderCode>('DENIED', `${JSON.stringify(key)} is no key of a file in a folder: expected ${form}`);
}

/** @throws RangeError */
export function checkRange({ from, to }: ByteRange, file: FileInfo): void {
  if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from <= to && to <= file.bytes) return;
  throw new RangeError(`bytes ${from} to ${to} of ${file.key} are not within its ${file.bytes} bytes`);
}

/** The order in which S3 lists; JavaScript's own order differs after U+FFFF. */
export function byKey(a: FileInfo, b: FileInfo): number {
  return Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
}
