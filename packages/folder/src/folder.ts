/** The source port: immutable files in a directory or a bucket. */
import type { Call } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';

export interface FileInfo {
  /** Relative to the folder, `/` between levels. */
  readonly key: string;
  readonly bytes: number;
  /** Changes when the content does; its form is the adapter's own. */
  readonly etag: string;
}

export interface ByteRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/**
 * `Failure` codes every method rejects with: NOT_FOUND, CHANGED (the etag differs), DENIED (by permission, or a key no
 * folder can hold), UNAVAILABLE. When the call's signal aborts: its reason, as it is.
 */
export type FolderCode = 'NOT_FOUND' | 'CHANGED' | 'DENIED' | 'UNAVAILABLE';

export interface Folder extends AsyncDisposable {
  /** What people call this folder: the URL without credentials. */
  readonly url: string;
  /** `s3`: as S3 answers them, in quotes; programs elsewhere may know them. `own`: only good in this very folder. */
  readonly etags: 's3' | 'own';
  /** Over a network: a body may be cut or fall silent, and asking ahead pays. */
  readonly remote: boolean;
  /** Every file whose key starts with `prefix`, in the order of the keys' bytes. NOT_FOUND without directory or bucket. */
  list(prefix: string, call: Call): AsyncIterable<FileInfo>;
  /** NOT_FOUND when absent. */
  info(key: string, call: Call): Promise<FileInfo>;
  /** The bytes of exactly this version of the file; RangeError for a range outside of it. */
  read(file: FileInfo, range: ByteRange, call: Call): AsyncIterable<Uint8Array>;
  /** Whole or not at all, in place of what was there. */
  write(key: string, body: AsyncIterable<Uint8Array>, call: Call): Promise<FileInfo>;
}

export interface FolderOptions {
  /** An S3 endpoint other than AWS's; addressed path-style. */
  readonly s3Endpoint?: string;
  /** Default: the SDK's own region chain, else us-east-1. */
  readonly s3Region?: string;
  /**
   * Requests to S3 at once; a further one waits for one of them to end. Default 256: 64 files read at a time, three
   * ranges each, and room for lists and writes.
   */
  readonly s3Sockets?: number;
  /** The clock that notices a silent server. Default: the system's. */
  readonly time?: Time;
}
