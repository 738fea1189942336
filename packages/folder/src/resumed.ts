/** Bytes of a file that survive cuts, silence and a server that is down for a while. */
import { Failure, isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { sleep, systemTime, type Time } from '@segment-store/resilience/time';
import { fetchAhead } from './ahead.ts';
import type { ByteRange, FileInfo, Folder, FolderCode } from './folder.ts';

const MEBIBYTE = 1024 * 1024;
const SHORTEST_MS = 200;
const LONGEST_MS = 20_000;

export interface ResumeOptions {
  /** What is no longer than this is asked for in one request. Default 16 MiB. */
  readonly wholeBytes?: number;
  /** What one request asks for of anything longer. Default 8 MiB. */
  readonly rangeBytes?: number;
  /** Ranges asked for beside the one that is read; memory holds at most this many times `rangeBytes`. Default 2. */
  readonly prefetch?: number;
  /** Further tries in a row that bring no byte, before the failure is the answer. Default 10: 45 s on average. */
  readonly maxResumes?: number;
  readonly time?: Time;
}

const defaults: Required<ResumeOptions> = {
  wholeBytes: 16 * MEBIBYTE,
  rangeBytes: 8 * MEBIBYTE,
  prefetch: 2,
  maxResumes: 10,
  time: systemTime,
};

/**
 * Every byte of exactly this version of the file, in order. A body that fails goes on at the first byte it did not
 * bring, after a pause (full jitter, 0.2 s doubling to 20 s). Rejects as `Folder.read` does: CHANGED, NOT_FOUND and
 * DENIED at once, UNAVAILABLE when it must not be tried again or the tries are used up.
 */
export function resumed(
  folder: Folder,
  file: FileInfo,
  call: Call,
  options: ResumeOptions = {},
): AsyncGenerator<Uint8Array> {
  return resumedRange({ folder, file, range: { from: 0, to: file.bytes } }, { ...defaults, ...options }, call);
}

/** A piece of the file, for formats that are not read front to back. RangeError when the file has no such bytes. */
export async function readRange(
  folder: Folder,
  file: FileInfo,
  { from, to, ...options }: ByteRange & ResumeOptions,
  call: Call,
): Promise<Uint8Array> {
  const chunks = resumedRange({ folder, file, range: { from, to } }, { ...defaults, ...options }, call);
  const bytes = Buffer.allocUnsafe(Math.max(0, to - from));
  let filled = 0;
  for await (const chunk of chunks) {
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  return bytes;
}

interface Piece {
  readonly folder: Folder;
  readonly file: FileInfo;
  readonly range: ByteRange;
}

/** A directory has no way to hide: it is read as it is asked for. */
function resumedRange(piece: Piece, options: Required<ResumeOptions>, call: Call): AsyncGenerator<Uint8Array> {
  const { folder, range } = piece;
  if (!folder.remote || range.to - range.from <= options.wholeBytes) return surviving(piece, options, call);
  const read = (part: ByteRange, own: Call) => surviving({ ...piece, range: part }, options, own);
  return fetchAhead(rangesOf(range, options.rangeBytes), { read, ahead: options.prefetch }, call);
}

function* rangesOf({ from, to }: ByteRange, bytes: number): Generator<ByteRange> {
  for (let at = from; at < to; at += bytes) yield { from: at, to: Math.min(at + bytes, to) };
}

type Patience = Required<Pick<ResumeOptions, 'maxResumes' | 'time'>>;

async function* surviving({ folder, file, range }: Piece, patience: Patience, call: Call): AsyncGenerator<Uint8Array> {
  let at = range.from;
  for (let resumes = 0, begun = at; ; begun = at) {
    try {
      for await (const chunk of folder.read(file, { from: at, to: range.to }, call)) {
        at += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      resumes = at > begun ? 1 : resumes + 1;
      await beforeResume(error, { resumes, name: `${file.key} in ${folder.url}`, at }, patience, call);
    }
  }
}

interface Cut {
  readonly resumes: number;
  readonly name: string;
  readonly at: number;
}

/** Waits, or rejects with why there is no further try. */
async function beforeResume(error: unknown, cut: Cut, { maxResumes, time }: Patience, call: Call): Promise<void> {
  if (call.signal.aborted) throw call.signal.reason;
  if (!isFailure(error) || !error.retryable) throw error;
  const waitMs = Math.random() * Math.min(LONGEST_MS, SHORTEST_MS * 2 ** (cut.resumes - 1));
  if (cut.resumes > maxResumes || time.now() + waitMs > call.deadlineAt) throw gaveUp(error, cut);
  // `time` never keeps the process alive; a job that waits for its turn is still at work.
  const alive = setInterval(() => {}, LONGEST_MS);
  await sleep(waitMs, call.signal, time).finally(() => clearInterval(alive));
}

function gaveUp(cause: Failure, { name, at, resumes }: Cut): Failure<FolderCode> {
  const tries = `no byte behind ${at} in ${resumes} tries, the last one ended so: ${cause.message}`;
  return new Failure('UNAVAILABLE', `${name}: ${tries}`, { fault: true, retryable: true, cause });
}
