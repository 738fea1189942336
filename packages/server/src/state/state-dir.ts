/** What a server knows, in files of its own: after a restart while the store is away the next one answers from them. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FormatError, type RunId } from '@segment-store/contract/id';
import { parseSegmentLine, printSegment } from '@segment-store/contract/lines';
import { DirectoryFolder } from '@segment-store/folder/directory';
import type { Folder } from '@segment-store/folder/folder';
import { isFailure } from '@segment-store/resilience/failure';
import { type Erased, nobodyErased, parseErased } from '@segment-store/store/erased-list';
import type { Live, Reader } from '@segment-store/store/store';
import type { Answer } from '../lookup/l1.ts';
import { corrupt, readLines, writeLines } from './checked-file.ts';
import { parseAnswer, printAnswer } from './kept-answer.ts';
import { type KeptPin, parsePin, printPin } from './kept-pin.ts';
import { own } from './owner.ts';

export interface Kept extends KeptPin {
  readonly catalogue: Reader['catalogue'];
  readonly answers: readonly Answer[];
}

export interface StateDir {
  /** What was there when it was opened; undefined when nothing was, or nothing that can be used. */
  readonly kept: Kept | undefined;
  /** Whom nobody who starts from here may answer for, as far as it was known. */
  readonly erased: Erased;
  keepPin(pin: Live, catalogue: Reader['catalogue']): Promise<void>;
  /** In place of those before. */
  keepAnswers(run: RunId, answers: Iterable<Answer>): Promise<void>;
  /** What is pinned may be answered by nobody who starts from here. */
  forgetPin(): Promise<void>;
  /** In place of the list before. */
  keepErased(erased: Erased): Promise<void>;
  close(): void;
}

export interface StateDirOptions {
  /** A pin of another store is ignored. */
  readonly store: string;
  /** A file cannot be used, and is ignored. */
  onTrouble(error: unknown): void;
}

const PIN = 'pin.state';
const ANSWERS = 'answers.state';
const ERASED = 'erased.state';
const catalogueOf = (run: RunId): string => `catalogue-${run}.state`;

/** Of a server that keeps nothing. */
export const noStateDir: StateDir = {
  kept: undefined,
  erased: nobodyErased,
  keepPin: async () => {},
  keepAnswers: async () => {},
  forgetPin: async () => {},
  keepErased: async () => {},
  close() {},
};

/** Makes the directory, for this user alone, if need be. @throws Failure HELD, DENIED */
export async function openStateDir(path: string, options: StateDirOptions): Promise<StateDir> {
  const directory = resolve(path);
  const made = await mkdir(directory, { recursive: true, mode: 0o700 }).catch((error: unknown) => ({ error }));
  if (typeof made === 'object') throw made.error;
  const owner = own(directory);
  const folder = new DirectoryFolder(directory);
  return {
    ...(await readAll(folder, options)),
    async keepPin(pin, catalogue) {
      const key = catalogueOf(pin.generation.run);
      await writeLines(folder, key, [...catalogue.values()].map(printSegment));
      await writeLines(folder, PIN, [printPin({ ...pin, store: options.store })]);
      await removeOthers(directory, key);
    },
    keepAnswers: (run, answers) => writeLines(folder, ANSWERS, linesOf(run, answers)),
    forgetPin: () => rm(join(directory, PIN), { force: true }),
    keepErased: (erased) => writeLines(folder, ERASED, [options.store, ...erased.lines()]),
    close: () => owner[Symbol.dispose](),
  };
}

function* linesOf(run: RunId, answers: Iterable<Answer>): Iterable<string> {
  yield run;
  for (const answer of answers) yield printAnswer(answer);
}

type Ignored = (error: unknown) => undefined;

async function readAll(
  folder: Folder,
  { store, onTrouble }: StateDirOptions,
): Promise<Pick<StateDir, 'kept' | 'erased'>> {
  const ignored: Ignored = (error) => {
    if (!isNotFound(error)) onTrouble(error);
    return undefined;
  };
  const erased = await readErased(folder, store).catch(ignored);
  // Without the list nobody can say whose answers may be given.
  if (erased === undefined) return { kept: undefined, erased: nobodyErased };
  return { kept: await readKept(folder, store, ignored), erased };
}

const isNotFound = (error: unknown): boolean => isFailure(error) && error.code === 'NOT_FOUND';

/** Nobody, where there never was a list. */
async function readErased(folder: Folder, store: string): Promise<Erased> {
  const [of, ...lines] = await readLines(folder, ERASED).catch((error) => {
    if (isNotFound(error)) return [store];
    throw error;
  });
  if (of !== store) throw corrupt(ERASED, `it is of ${of}, this server is for ${store}`);
  return parsed(ERASED, () => parseErased(lines));
}

async function readKept(folder: Folder, store: string, ignored: Ignored): Promise<Kept | undefined> {
  const pin = await readPin(folder, store).catch(ignored);
  if (pin === undefined) return undefined;
  const catalogue = await readCatalogue(folder, pin).catch(ignored);
  if (catalogue === undefined) return undefined;
  return { ...pin, catalogue, answers: (await readAnswers(folder, pin).catch(ignored)) ?? [] };
}

async function readPin(folder: Folder, store: string): Promise<KeptPin> {
  const [line = ''] = await readLines(folder, PIN);
  const pin = parsed(PIN, () => parsePin(line));
  if (pin.store === store) return pin;
  throw corrupt(PIN, `it is of ${pin.store}, this server is for ${store}`);
}

async function readCatalogue(folder: Folder, { generation }: KeptPin): Promise<Reader['catalogue']> {
  const key = catalogueOf(generation.run);
  const lines = await readLines(folder, key);
  const segments = parsed(key, () => lines.map(parseSegmentLine));
  return new Map(segments.map((segment) => [segment.id, segment]));
}

/** A newer pin than the answers is no fault: none of them is of its generation. */
async function readAnswers(folder: Folder, { generation }: KeptPin): Promise<readonly Answer[]> {
  const [run, ...lines] = await readLines(folder, ANSWERS);
  return run === generation.run ? parsed(ANSWERS, () => lines.map(parseAnswer)) : [];
}

function parsed<T>(key: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof FormatError) throw corrupt(key, error.message);
    throw error;
  }
}

async function removeOthers(directory: string, catalogue: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith('catalogue-') && name !== catalogue) await rm(join(directory, name), { force: true });
  }
}
