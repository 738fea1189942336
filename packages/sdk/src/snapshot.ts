/** `@segment-store/sdk/snapshot`: what a client knows, kept in a file across restarts. It holds customer ids: off unless used. */
import { createHash, randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { isCustomerId, isRunId, isSegmentId } from '@segment-store/contract/id';
import type { Bootstrap, KeptAnswer } from './bootstrap.ts';
import { frozenDate } from './frozen-date.ts';
import type { SegmentClient } from './reading-client.ts';

/** Where a snapshot is kept, how often it is written and how large it may be. */
export interface SnapshotOptions {
  /** Where it is kept; others may have the same file, the last to write wins. Readable by its owner alone. */
  readonly file: string;
  /** How often it is written, in milliseconds. Default 60,000. */
  readonly everyMs?: number;
  /** Size of the file at most; the answers used least recently are left out. Default 33,554,432 (32 MiB). */
  readonly maxBytes?: number;
}

/** A file that follows a client until it is disposed of. */
export interface Snapshot extends AsyncDisposable {
  /** Writes it now. Never rejects: what goes wrong is warned of once. */
  write(): Promise<void>;
}

/** Raised when a line means something else. */
const SCHEMA = 'segment-store/sdk-snapshot/1';
const DEFAULTS = { everyMs: 60_000, maxBytes: 32 * 1024 * 1024 };
/** The last line: schema and hash of all before it. */
const SEAL_BYTES = SCHEMA.length + 66;
const LINES_A_TURN = 500;

/**
 * What was kept in `file`, for `bootstrap`; undefined when there is none, and when it is damaged, too large or of another
 * version, of which one warning tells. Never rejects.
 */
export async function readSnapshot(
  file: string,
  { maxBytes = DEFAULTS.maxBytes }: Pick<SnapshotOptions, 'maxBytes'> = {},
): Promise<Bootstrap | undefined> {
  try {
    await using handle = await open(file);
    const { size } = await handle.stat();
    if (size > maxBytes) throw new RangeError(`it has ${size} bytes, more than ${maxBytes}`);
    return parsed(await handle.readFile('utf8'));
  } catch (error) {
    if (!isMissing(error)) warn(`the snapshot ${file} is not used: ${messageOf(error)}`);
    return undefined;
  }
}

/** Keeps `client` in a file until disposed, which writes it a last time; dispose of it before the client is closed. */
export function keepSnapshot(client: Pick<SegmentClient, 'bootstrap'>, options: SnapshotOptions): Snapshot {
  const { file, everyMs = DEFAULTS.everyMs, maxBytes = DEFAULTS.maxBytes } = options;
  let writing: Promise<void> | undefined;
  let warned = false;
  async function replace(): Promise<void> {
    try {
      await replaceFile(file, await printed(client.bootstrap(), maxBytes));
    } catch (error) {
      if (!warned) warn(`the snapshot ${file} is not written: ${messageOf(error)}`);
      warned = true;
    }
  }
  /** Those who come while it is being written wait for that. */
  const write = (): Promise<void> => {
    writing ??= replace().finally(() => {
      writing = undefined;
    });
    return writing;
  };
  const timer = setInterval(() => void write(), everyMs).unref();
  return {
    write,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await writing;
      await write();
    },
  };
}

async function printed({ answers, ...head }: Bootstrap, maxBytes: number): Promise<string> {
  let text = `${JSON.stringify({ schema: SCHEMA, ...head })}\n`;
  let bytes = text.length + SEAL_BYTES;
  for (const [index, answer] of answers.entries()) {
    const line = `${JSON.stringify(answer)}\n`;
    bytes += Buffer.byteLength(line);
    if (bytes > maxBytes) break;
    text += line;
    if (index % LINES_A_TURN === LINES_A_TURN - 1) await turn();
  }
  return `${text}${sealOf(text)}\n`;
}

const sealOf = (text: string): string => `${SCHEMA} ${createHash('sha256').update(text).digest('hex')}`;

/** Whole or not at all: a reader, or a crash, sees the file before or the file after. */
async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.${randomUUID()}`;
  try {
    {
      await using handle = await open(draft, 'wx', 0o600);
      await handle.writeFile(text);
      await handle.sync();
    }
    await rename(draft, file);
    await using folder = await open(dirname(file));
    await folder.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** @throws Error that says what is wrong with it */
function parsed(text: string): Bootstrap {
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  if (!text.startsWith(`{"schema":"${SCHEMA}"`)) throw new Error(`it does not begin with the schema ${SCHEMA}`);
  if (text.slice(end) !== `${sealOf(text.slice(0, end))}\n`) throw new Error('it is not whole');
  const [head = '', ...lines] = text.slice(0, end).split('\n').slice(0, -1);
  const { service, latest, floor }: Omit<Bootstrap, 'answers'> = JSON.parse(head);
  const answers = lines.map((line): KeptAnswer => {
    const answer = JSON.parse(line);
    return { ...answer, computedAt: frozenDate(answer.computedAt) };
  });
  const bad = answers.findIndex((answer) => !isWell(answer));
  if (bad >= 0 || !isCount(latest) || !isCount(floor)) throw new Error(`line ${bad + 2} holds no answer`);
  return { service, latest, floor, answers };
}

const isWell = ({ customerId, segmentIds, known, complete, generation, computedAt, epoch, answeredAt }: KeptAnswer) =>
  isCustomerId(customerId) &&
  Array.isArray(segmentIds) &&
  segmentIds.every(isSegmentId) &&
  typeof known === 'boolean' &&
  typeof complete === 'boolean' &&
  isRunId(generation) &&
  !Number.isNaN(computedAt.getTime()) &&
  isCount(epoch) &&
  Number.isFinite(answeredAt);

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const warn = (message: string): void => process.emitWarning(message, { code: 'SEGMENT_STORE_SNAPSHOT' });
