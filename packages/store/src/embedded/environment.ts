/** The directory of an embedded store and its LMDB environments; the only file that imports lmdb. */
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunId } from '@segment-store/contract/id';
import { isFailure } from '@segment-store/resilience/failure';
import { type Database, open, type RootDatabase } from 'lmdb';
import { refusal } from '../refusal.ts';

const SCHEMA = 'segment-store/embedded/';
const FORMAT = 1;
const FORMAT_FILE = 'store.json';
const DATA_FILE = 'data.mdb';

export interface Texts {
  get(key: string): string | undefined;
  startingWith(prefix: string): readonly string[];
}

export interface WritableTexts extends Texts {
  put(key: string, text: string): void;
  remove(key: string): void;
}

/** Control records as texts. */
export interface RootEnvironment {
  /** One snapshot as of now, whichever process wrote last. */
  read<T>(work: (texts: Texts) => T): T;
  /** All of it or, when `work` throws, nothing; one at a time between processes; on disk when it returns. */
  transaction<T>(work: (texts: WritableTexts) => T): T;
  close(): Promise<void>;
}

/** Of one generation, at `path`: `catalogue` by segment id, `members` by the bytes of the customer id. */
export interface GenerationEnvironment {
  readonly path: string;
  readonly members: Database<Buffer, Buffer>;
  readonly catalogue: Database<string, string>;
  /** All of it or, when `work` throws or the disk is full, nothing; on disk when it returns. */
  transaction<T>(work: () => T): T;
  close(): Promise<void>;
}

export function openRoot(directory: string): RootEnvironment {
  prepareDirectory(directory);
  const root = openEnvironment(join(directory, 'control'));
  const texts: WritableTexts = {
    get: (key) => root.get(key),
    startingWith: (prefix) => [...root.getRange({ start: prefix, end: `${prefix}\uffff` })].map(({ value }) => value),
    put: (key, text) => root.putSync(key, text),
    remove: (key) => void root.removeSync(key),
  };
  return {
    read(work) {
      root.resetReadTxn();
      return work(texts);
    },
    transaction: (work) => guarded(directory, () => root.transactionSync(() => work(texts))),
    close: () => root.close(),
  };
}

/** Made when it is not there. */
export function openGeneration(directory: string, run: RunId): GenerationEnvironment {
  const path = join(directory, 'generations', run);
  return databasesOf(path, openEnvironment(path), true);
}

/** @throws Failure NOT_FOUND when its files are gone, UNSUPPORTED when they are not what a build has left */
export function openSealed(directory: string, run: RunId): GenerationEnvironment {
  const path = join(directory, 'generations', run);
  const size = guarded(path, () => statSync(join(path, DATA_FILE), { throwIfNoEntry: false })?.size);
  const way = 'restore it, or remove the run and load it again';
  if (size === undefined) throw refusal('NOT_FOUND', `${join(path, DATA_FILE)} is gone: ${way}`);
  if (size === 0) throw refusal('UNSUPPORTED', `${join(path, DATA_FILE)} is empty: ${way}`);
  return databasesOf(path, openEnvironment(path), false);
}

function databasesOf(path: string, root: RootDatabase<string, string>, create: boolean): GenerationEnvironment {
  // Without `create` lmdb answers undefined for what is not there; its types know neither.
  const ofMembers = { encoding: 'binary', keyEncoding: 'binary', create } as const;
  const ofCatalogue = { encoding: 'string', create } as const;
  const members: Database<Buffer, Buffer> | undefined = root.openDB<Buffer, Buffer>('members', ofMembers);
  const catalogue: Database<string, string> | undefined = root.openDB<string, string>('catalogue', ofCatalogue);
  // lmdb's own asynchronous commits fail in promises that nobody can reach, and then never settle what is flushed.
  const transaction = <T>(work: () => T) => guarded(path, () => root.transactionSync(work));
  const close = () => root.close();
  if (members !== undefined && catalogue !== undefined) return { path, members, catalogue, transaction, close };
  void root.close();
  throw refusal('UNSUPPORTED', `${path} holds no generation: restore it, or remove the run and load it again`);
}

/** Without walking through them. */
export function entriesOf(database: Pick<Database, 'getStats'>): number {
  return Number(Reflect.get(database.getStats(), 'entryCount'));
}

export async function removeGeneration(directory: string, run: RunId): Promise<void> {
  await rm(join(directory, 'generations', run), { recursive: true, force: true });
}

function openEnvironment(path: string): RootDatabase<string, string> {
  return guarded(path, () => {
    makeDirectory(path);
    checkMagic(join(path, DATA_FILE));
    return open<string, string>({ path, noSubdir: false, maxDbs: 4, encoding: 'string' });
  });
}

function prepareDirectory(directory: string): void {
  guarded(directory, () => {
    makeDirectory(directory);
    const names = readdirSync(directory);
    if (names.some((name) => name.startsWith(FORMAT_FILE)) || names.length === 0) return;
    throw refusal('UNSUPPORTED', `${directory} is no segment store but holds ${names[0]}: name an empty directory`);
  });
  checkFormat(directory, readFormat(directory));
}

/** Node's own recursive `mkdir` never ends where a parent takes no children, as in /proc. */
function makeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) makeDirectory(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have come first.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** Written once, whole or not at all, also when several processes come first. */
function readFormat(directory: string): string {
  const path = join(directory, FORMAT_FILE);
  return guarded(path, () => {
    const text = readIfThere(path);
    // Empty: a power cut came before its content.
    if (text) return text;
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify({ schema: `${SCHEMA}${FORMAT}` })}\n`, { flush: true });
    try {
      if (text === undefined) linkSync(draft, path);
      else renameSync(draft, path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    syncDirectory(directory);
    return readFileSync(path, 'utf8');
  });
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function checkFormat(directory: string, text: string): void {
  const found = /"schema"\s*:\s*"segment-store\/embedded\/(\d{1,9})"/.exec(text)?.[1];
  if (Number(found) === FORMAT) return;
  const what = found === undefined ? `holds a ${FORMAT_FILE} that names no format` : `has format ${found}`;
  throw refusal('UNSUPPORTED', `${directory} ${what}, this version reads ${FORMAT}: use the version that wrote it`);
}

/** LMDB would end the process on a file that is not its own. */
function checkMagic(path: string): void {
  const file = openIfThere(path);
  if (file === undefined) return;
  const start = Buffer.alloc(28);
  let size: number;
  try {
    size = readSync(file, start);
  } finally {
    closeSync(file);
  }
  // Whoever made it was killed before the first byte: it is made again.
  if (size === 0) return;
  if (start.readUInt32LE(24) === 0xbeefc0de) return;
  throw refusal('UNSUPPORTED', `${path} is no LMDB file: restore it, or remove the store and load again`);
}

function readIfThere(path: string): string | undefined {
  const file = openIfThere(path);
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Operating system errors by name, LMDB's by number. */
const DENIALS: ReadonlySet<unknown> = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'EEXIST',
  'ENOENT',
  13,
  1,
  30,
  20,
]);
const NOT_LMDB: ReadonlySet<unknown> = new Set([-30793, -30794]);

function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = codeOf(error);
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

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
