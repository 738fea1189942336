/** The LMDB environments of an embedded store; the only file that imports lmdb. */
import { closeSync, readSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunId } from '@segment-store/contract/id';
import { type Database, open, type RootDatabase } from 'lmdb';
import { refusal } from '../refusal.ts';
import { isStore, makeDirectory, openIfThere, prepareDirectory } from './directory.ts';
import { guarded } from './guarded.ts';

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
  /** What is read from here on is as of now, whichever process erased somebody. */
  refresh(): void;
  /** All of it or, when `work` throws or the disk is full, nothing; on disk when it returns. */
  transaction<T>(work: () => T): T;
  close(): Promise<void>;
}

/** Made when it is not there. */
export function openRoot(directory: string): RootEnvironment {
  prepareDirectory(directory);
  return rootOf(directory, openEnvironment(join(directory, 'control')));
}

/** Undefined when it is not there: nothing is made. */
export function lookAtRoot(directory: string): RootEnvironment | undefined {
  const path = join(directory, 'control');
  if (!isStore(directory) || sizeOf(path) === 0) return undefined;
  return rootOf(directory, openEnvironment(path, true));
}

const sizeOf = (path: string): number =>
  guarded(path, () => statSync(join(path, DATA_FILE), { throwIfNoEntry: false })?.size ?? 0);

function rootOf(directory: string, root: RootDatabase<string, string>): RootEnvironment {
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
export function openSealed(directory: string, run: RunId, readOnly: boolean): GenerationEnvironment {
  const path = join(directory, 'generations', run);
  const size = guarded(path, () => statSync(join(path, DATA_FILE), { throwIfNoEntry: false })?.size);
  const way = 'restore it, or remove the run and load it again';
  if (size === undefined) throw refusal('NOT_FOUND', `${join(path, DATA_FILE)} is gone: ${way}`);
  if (size === 0) throw refusal('UNSUPPORTED', `${join(path, DATA_FILE)} is empty: ${way}`);
  return databasesOf(path, openEnvironment(path, readOnly), false);
}

function databasesOf(path: string, root: RootDatabase<string, string>, create: boolean): GenerationEnvironment {
  // Without `create` lmdb answers undefined for what is not there; its types know neither.
  const ofMembers = { encoding: 'binary', keyEncoding: 'binary', create } as const;
  const ofCatalogue = { encoding: 'string', create } as const;
  const members: Database<Buffer, Buffer> | undefined = root.openDB<Buffer, Buffer>('members', ofMembers);
  const catalogue: Database<string, string> | undefined = root.openDB<string, string>('catalogue', ofCatalogue);
  // lmdb's own asynchronous commits fail in promises that nobody can reach, and then never settle what is flushed.
  const transaction = <T>(work: () => T) => guarded(path, () => root.transactionSync(work));
  const refresh = root.resetReadTxn.bind(root);
  const close = () => root.close();
  if (members !== undefined && catalogue !== undefined)
    return { path, members, catalogue, refresh, transaction, close };
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

function openEnvironment(path: string, readOnly = false): RootDatabase<string, string> {
  return guarded(path, () => {
    if (!readOnly) makeDirectory(path);
    checkMagic(join(path, DATA_FILE));
    return open<string, string>({ path, noSubdir: false, maxDbs: 4, encoding: 'string', readOnly });
  });
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
