/** The source port: immutable files in a directory or a bucket. */
import type { Call } from '@segment-store/resilience/operation';

export interface FileInfo {
  /** Relative to the folder, `/` between levels. */
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
}

export interface ByteRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** `Failure` codes every method rejects with: NOT_FOUND, CHANGED (the etag differs), DENIED, UNAVAILABLE. */
export type FolderCode = 'NOT_FOUND' | 'CHANGED' | 'DENIED' | 'UNAVAILABLE';

export interface Folder extends AsyncDisposable {
  /** What people call this folder: the URL without credentials. */
  readonly url: string;
  list(prefix: string, call: Call): AsyncIterable<FileInfo>;
  /** NOT_FOUND when absent. */
  info(key: string, call: Call): Promise<FileInfo>;
  read(file: FileInfo, range: ByteRange, call: Call): AsyncIterable<Uint8Array>;
  /** Whole or not at all. */
  write(key: string, body: AsyncIterable<Uint8Array>, call: Call): Promise<FileInfo>;
}

export interface FolderOptions {
  /** An S3 endpoint other than AWS's; addressed path-style. */
  readonly s3Endpoint?: string;
  /** Default: the SDK's own region chain, else us-east-1. */
  readonly s3Region?: string;
}

/** `s3://bucket/prefix`, `file:///dir` or a plain path. No I/O yet. @throws TypeError naming the URL and the forms */
export declare function openFolder(url: string, options?: FolderOptions): Folder;
