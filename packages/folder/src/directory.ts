/** Files below a directory. */
import { randomBytes } from 'node:crypto';
import type { BigIntStats, Dirent } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure, isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import type { ByteRange, FileInfo, Folder, FolderCode } from './folder.ts';
import { byKey, checkKey, checkRange, isKey } from './key.ts';

const CHUNK_BYTES = 256 * 1024;
/** Half-written files: no list shows them, only a crash leaves one behind. */
const PARTIAL = /^\.[0-9a-f]{16}\.partial$/;
const ABSENT = ['ENOENT', 'ENOTDIR', 'EISDIR'];
const FORBIDDEN = ['EACCES', 'EPERM', 'EROFS', 'EEXIST', 'ENOTEMPTY', 'ENAMETOOLONG', 'ELOOP'];

export class DirectoryFolder implements Folder {
  readonly url: string;
  readonly etags = 'own';
  readonly remote = false;
  readonly #root: string;

  /** `root` is an absolute path. */
  constructor(root: string) {
    this.#root = root;
    this.url = pathToFileURL(root).href;
  }

  async *list(prefix: string, call: Call): AsyncIterable<FileInfo> {
    const files: FileInfo[] = [];
    for await (const file of this.#walk('', prefix, call)) files.push(file);
    yield* files.sort(byKey);
  }

  async info(key: string, call: Call): Promise<FileInfo> {
    call.signal.throwIfAborted();
    const stats = await this.#attempt(key, stat(this.#path(key), { bigint: true }));
    if (!stats.isFile()) throw new Failure<FolderCode>('NOT_FOUND', `${this.#name(key)} is not a file`);
    return infoOf(key, stats);
  }

  async *read(file: FileInfo, range: ByteRange, call: Call): AsyncIterable<Uint8Array> {
    checkRange(range, file);
    call.signal.throwIfAborted();
    await using handle = await this.#attempt(file.key, open(this.#path(file.key), 'r'));
    await this.#checkUnchanged(file, handle);
    for (let at = range.from; at < range.to; ) {
      call.signal.throwIfAborted();
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, range.to - at));
      const { bytesRead } = await this.#attempt(file.key, handle.read(chunk, 0, chunk.length, at));
      if (bytesRead === 0) break;
      at += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
    await this.#checkUnchanged(file, handle);
  }

  async write(key: string, body: AsyncIterable<Uint8Array>, call: Call): Promise<FileInfo> {
    const path = this.#path(key);
    const partial = join(dirname(path), `.${randomBytes(8).toString('hex')}.partial`);
    call.signal.throwIfAborted();
    await this.#attempt(key, mkdir(dirname(path), { recursive: true }), 'DENIED');
    try {
      const stats = await this.#fill(key, await this.#attempt(key, open(partial, 'wx')), { body, call });
      await this.#attempt(key, rename(partial, path), 'DENIED');
      await this.#attempt(key, syncDirectory(dirname(path)));
      return infoOf(key, stats);
    } catch (error) {
      await rm(partial, { force: true }).catch(() => {});
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** Closes the file. */
  async #fill(key: string, file: FileHandle, { body, call }: Body): Promise<BigIntStats> {
    await using handle = file;
    for await (const chunk of body) {
      call.signal.throwIfAborted();
      await this.#attempt(key, handle.writeFile(chunk));
    }
    await this.#attempt(key, handle.sync());
    return await this.#attempt(key, handle.stat({ bigint: true }));
  }

  /** Links to files are files; links to directories are not followed, they may lead in a circle. */
  async *#walk(directory: string, prefix: string, call: Call): AsyncIterable<FileInfo> {
    call.signal.throwIfAborted();
    for (const entry of await this.#entries(directory)) {
      const key = `${directory}${entry.name}`;
      if (!isKey(key)) continue;
      if (entry.isDirectory()) {
        if (`${key}/`.startsWith(prefix) || prefix.startsWith(`${key}/`)) yield* this.#walk(`${key}/`, prefix, call);
      } else if (key.startsWith(prefix) && !PARTIAL.test(entry.name)) {
        const file = await ifThere(this.info(key, call));
        if (file !== undefined) yield file;
      }
    }
  }

  /** A directory that vanishes meanwhile is empty; the folder itself must exist. */
  async #entries(directory: string): Promise<readonly Dirent[]> {
    const entries = this.#attempt(directory, readdir(join(this.#root, directory), { withFileTypes: true }));
    return directory === '' ? entries : ((await ifThere(entries)) ?? []);
  }

  async #checkUnchanged(file: FileInfo, handle: FileHandle): Promise<void> {
    const { etag } = infoOf(file.key, await this.#attempt(file.key, handle.stat({ bigint: true })));
    if (etag === file.etag) return;
    throw new Failure<FolderCode>(
      'CHANGED',
      `${this.#name(file.key)} is not the file it was: expected ${file.etag}, found ${etag}`,
    );
  }

  #path(key: string): string {
    checkKey(key);
    return join(this.#root, key);
  }

  #name(key: string): string {
    return key === '' ? this.url : `${key} in ${this.url}`;
  }

  /** `absent`: what a missing step of the path means; where a file is written, it is in the way. */
  #attempt<T>(key: string, io: Promise<T>, absent: FolderCode = 'NOT_FOUND'): Promise<T> {
    return io.catch((error) => {
      throw diskFailure(error, this.#name(key), absent);
    });
  }
}

interface Body {
  readonly body: AsyncIterable<Uint8Array>;
  readonly call: Call;
}

function infoOf(key: string, stats: BigIntStats): FileInfo {
  const etag = [stats.size, stats.mtimeNs, stats.ino].map((number) => number.toString(16)).join('-');
  return { key, bytes: Number(stats.size), etag };
}

async function ifThere<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isFailure(error) && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

/** Makes the new name itself survive a loss of power. */
async function syncDirectory(path: string): Promise<void> {
  await using handle = await open(path, 'r');
  await handle.sync();
}

function diskFailure(error: unknown, name: string, absent: FolderCode): Failure<FolderCode> {
  const errno = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = `${name}: ${error instanceof Error ? error.message : error}`;
  if (ABSENT.includes(errno)) return new Failure(absent, message, { cause: error });
  if (FORBIDDEN.includes(errno)) return new Failure('DENIED', message, { cause: error });
  return new Failure('UNAVAILABLE', message, { cause: error, fault: true });
}
