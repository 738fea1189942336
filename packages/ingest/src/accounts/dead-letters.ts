/** Rejected lines, kept for people: gzipped NDJSON, a file a part, outside the run folder. */
import { gzipSync } from 'node:zlib';
import { Fields } from '@segment-store/contract/fields';
import { FormatError } from '@segment-store/contract/id';
import { parseJson } from '@segment-store/contract/json';
import { textLines } from '@segment-store/contract/text-lines';
import type { FileInfo, Folder } from '@segment-store/folder/folder';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import type { Rejection } from '@segment-store/store/store';
import { decompress } from '../lines/decompress.ts';
import { sourceFailure } from '../source/source-failure.ts';

/** One line of a dead letters file. */
export interface DeadLetter extends Omit<Rejection, 'raw'> {
  /** Of the part as it was read. */
  readonly etag: string;
  /** The line itself, bytes that are no UTF-8 replaced. Only when asked for: it holds customer data. */
  readonly raw?: string;
}

/** From here on lines are only counted. */
export interface LetterCaps {
  readonly letters: number;
  /** Uncompressed. */
  readonly bytes: number;
}

const LETTER_CAPS: LetterCaps = { letters: 1_000_000, bytes: 1_000_000_000 };
const EXTENSION = '.ndjson.gz';
const encoder = new TextEncoder();

/** Of one run: `<folder>/<part>.ndjson.gz`. */
export class DeadLetters {
  readonly #folder: Folder;
  readonly #left: { letters: number; bytes: number };
  readonly #onFull: () => void;
  #isFull = false;

  /** `onFull` hears, once, that letters are only counted from now on. */
  constructor(folder: Folder, onFull: () => void = () => {}, caps: LetterCaps = LETTER_CAPS) {
    this.#folder = folder;
    this.#left = { ...caps };
    this.#onFull = onFull;
  }

  get url(): string {
    return this.#folder.url;
  }

  /** Rejects as the folder does where nothing can be written. */
  async probe(call: Call): Promise<void> {
    const about = { schema: 'segment-store/dead-letters/1', files: `<part>${EXTENSION}` };
    await this.#folder.write('about.json', chunksOf([encoder.encode(`${JSON.stringify(about)}\n`)]), call);
  }

  /** Goes on with what an earlier job left, up to the decompressed `offset` of the part. */
  async resume(part: string, offset: number, call: Call): Promise<PartLetters> {
    const letters = new PartLetters(this.#folder, part + EXTENSION, (line) => this.#takes(line));
    let dropped = 0;
    for await (const letter of this.of(part, call)) {
      // A part of lines that were rejected while a run was regrouped names theirs, and is settled in one go.
      if (letter.part === part ? letter.offset < offset : offset > 0) letters.add(letter);
      else dropped++;
    }
    if (dropped === 0) letters.asSaved();
    else letters.asUnsaved();
    return letters;
  }

  /** Nothing when none of the part's lines was rejected. */
  async *of(part: string, call: Call): AsyncGenerator<DeadLetter> {
    const file = await this.#folder.info(part + EXTENSION, call).catch((error: unknown) => {
      if (isFailure(error) && error.code === 'NOT_FOUND') return undefined;
      throw error;
    });
    if (file !== undefined) yield* this.#read(file, call);
  }

  /** Of every part, in the order of their keys. */
  async *all(call: Call): AsyncGenerator<DeadLetter> {
    for await (const file of this.#folder.list('', call)) {
      if (file.key.endsWith(EXTENSION)) yield* this.#read(file, call);
    }
  }

  async *#read(file: FileInfo, call: Call): AsyncGenerator<DeadLetter> {
    const name = `${file.key} in ${this.#folder.url}`;
    const bytes = decompress(this.#folder.read(file, { from: 0, to: file.bytes }, call), name);
    for await (const line of textLines(bytes)) yield parseLetter(line, name);
  }

  #takes(line: string): boolean {
    if (this.#isFull) return false;
    this.#left.letters -= 1;
    this.#left.bytes -= line.length;
    if (this.#left.letters >= 0 && this.#left.bytes >= 0) return true;
    this.#isFull = true;
    this.#onFull();
    return false;
  }
}

/** Of one part that is being loaded. Memory holds them compressed only. */
export class PartLetters {
  readonly #folder: Folder;
  readonly #key: string;
  readonly #takes: (line: string) => boolean;
  /** Members of one gzip file. */
  readonly #members: Uint8Array[] = [];
  #fresh: string[] = [];
  #freshLength = 0;
  #isSaved = true;

  constructor(folder: Folder, key: string, takes: (line: string) => boolean) {
    this.#folder = folder;
    this.#key = key;
    this.#takes = takes;
  }

  add(letter: DeadLetter): void {
    const line = `${JSON.stringify(letter)}\n`;
    if (!this.#takes(line)) return;
    this.#fresh.push(line);
    this.#freshLength += line.length;
    this.#isSaved = false;
    if (this.#freshLength >= MEMBER_LENGTH) this.#compress();
  }

  get isSaved(): boolean {
    return this.#isSaved;
  }

  /** What was added stands in the folder already. */
  asSaved(): void {
    this.#compress();
    this.#isSaved = true;
  }

  /** What stands in the folder is more than this: to be written anew, even without a letter. */
  asUnsaved(): void {
    this.#isSaved = false;
  }

  /** The file holds every letter when it settles. */
  async save(call: Call): Promise<void> {
    if (this.#isSaved) return;
    this.asSaved();
    try {
      await this.#folder.write(this.#key, chunksOf(this.#members), call);
    } catch (error) {
      this.#isSaved = false;
      throw error;
    }
  }

  #compress(): void {
    if (this.#fresh.length > 0) this.#members.push(gzipSync(this.#fresh.join('')));
    this.#fresh = [];
    this.#freshLength = 0;
  }
}

/** Characters before they are compressed: a letter may hold a whole line, which may be 8 MB. */
const MEMBER_LENGTH = 256 * 1024;

const REASONS = ['malformed', 'bad-id', 'duplicate-customer', 'too-large', 'transform', 'store'] as const;

function parseLetter(text: string, name: string): DeadLetter {
  try {
    const line = new Fields(parseJson(text, name), `${name}: `);
    return {
      part: line.text('part'),
      etag: line.text('etag'),
      line: line.count('line'),
      offset: line.count('offset'),
      reason: line.oneOf('reason', REASONS),
      ...(line.has('type') && { type: line.text('type') }),
      ...(line.has('status') && { status: line.count('status') }),
      ...(line.has('raw') && { raw: String(line.value('raw')) }),
    };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw sourceFailure('CORRUPT', `${error.message}: move the dead letters away, or write others`, error);
  }
}

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
