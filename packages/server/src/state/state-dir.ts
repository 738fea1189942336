/** What a server knows, in files of its own: after a restart while the store is away the next one answers from them. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FormatError, type RunId } from '@segment-store/contract/id';
import { parseSegmentLine, printSegment } from '@segment-store/contract/lines';
import { DirectoryFolder } from '@segment-store/folder/directory';
import type { Folder } from '@segment-store/folder/folder';
import { isFailure } from '@segment-store/resilience/failure';
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
  keepPin(pin: Live, catalogue: Reader['catalogue']): Promise<void>;
  /** In place of those before. */
  keepAnswers(run: RunId, answers: Iterable<Answer>): Promise<void>;
  /** What is pinned may be answered by nobody who starts from here. */
  forgetPin(): Promise<void>;
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
const catalogueOf = (run: RunId): string => `catalogue-${run}.state`;

/** Of a server that keeps nothing. */
export const noStateDir: StateDir = {
  kept: undefined,
  keepPin: async () => {},
  keepAnswers: async () => {},
  forgetPin: async () => {},
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
    kept: await readKept(folder, options),
    async keepPin(pin, catalogue) {
      const key = catalogueOf(pin.generation.run);
      await writeLines(folder, key, [...catalogue.values()].map(printSegment));
      await writeLines(folder, PIN, [printPin({ ...pin, store: options.store })]);
      await removeOthers(directory, key);
    },
    keepAnswers: (run, answers) => writeLines(folder, ANSWERS, linesOf(run, answers)),
    forgetPin: () => rm(join(directory, PIN), { force: true }),
    close: () => owner[Symbol.dispose](),
  };
}

function* linesOf(run: RunId, answers: Iterable<Answer>): Iterable<string> {
  yield run;
  for (const answer of answers) yield printAnswer(answer);
}

async function readKept(folder: Folder, { store, onTrouble }: StateDirOptions): Promise<Kept | undefined> {
  const ignored = (error: unknown) => {
    if (!isFailure(error) || error.code !== 'NOT_FOUND') onTrouble(error);
    return undefined;
  };
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
