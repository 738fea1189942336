/** One bulk, sent until each of its lines has an outcome. */
import type { Call } from '@segment-store/resilience/operation';
import { createPatience } from '@segment-store/resilience/patience';
import { refusal } from '../refusal.ts';
import { type BulkAnswer, settle } from './bulk-answer.ts';
import type { BulkBodies } from './bulk-bodies.ts';
import { bodyBytes, bulkBody } from './bulk-body.ts';
import type { EncodeBulk } from './bulk-encoding.ts';
import type { BulkPace } from './bulk-pace.ts';
import type { Bulk, Slice } from './bulk-queue.ts';
import { type Connection, refusalOf, TIMEOUT_MS, TOO_LARGE } from './connection.ts';

export interface BulkTarget {
  readonly connection: Connection;
  /** The alias that only the build has. */
  readonly alias: string;
  /** The index itself, for reads. */
  readonly index: string;
  readonly patienceMs: number;
  readonly pace: BulkPace;
  readonly encode: EncodeBulk;
  readonly bodies: BulkBodies;
}

interface Attempt {
  /** Lines without an outcome, and why. */
  readonly left: readonly Slice[];
  readonly reason?: unknown;
  /** The status of a request that was refused whole. */
  readonly refused?: number;
}

const query = {
  require_alias: true,
  filter_path: 'errors,items.*.status,items.*.error.type',
  include_source_on_error: false,
} as const;

export async function sendBulk(target: BulkTarget, { slices, isFull }: Bulk, call: Call): Promise<void> {
  const pieces = [slices];
  let patience = createPatience(target.patienceMs);
  for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
    const { left, reason, refused } = await sendOnce(target, { slices: piece, isFull }, call);
    if (refused !== undefined) pieces.unshift(...withoutRefused(piece, refused));
    else if (left.length === 0) patience = createPatience(target.patienceMs);
    else {
      await patience.next(reason, call);
      const wanted = left.filter(({ signal }) => !signal.aborted);
      // The pace may have fallen below what was sent.
      pieces.unshift(...piecesOf(wanted, target.pace.bytes));
    }
  }
}

/** What the answer says is told to the pace as well: all parts of the build share it. */
async function sendOnce(target: BulkTarget, { slices, isFull }: Bulk, call: Call): Promise<Attempt> {
  const { pace, bodies } = target;
  const memory = bodies.take(bodyBytes(slices));
  const body = bulkBody(slices, memory);
  const sent = { bytes: body.length, at: pace.now(), isFull };
  try {
    const { status, body: answer } = await post(target, body, call);
    if (status === TOO_LARGE && lineCountOf(slices) > 1) pace.tooLarge(sent);
    if (status === 400 || status === TOO_LARGE) return { left: slices, refused: status };
    // Answered: Elasticsearch has read all of it.
    bodies.giveBack(memory);
    const left = await settle({ ...target, slices }, answer, call);
    if (left.length > 0) pace.busy(sent);
    else pace.stored(sent);
    return { left, reason: busy(target, lineCountOf(left)) };
  } catch (reason) {
    const { status, type } = refusalOf(reason) ?? {};
    if (type === 'circuit_breaking_exception') pace.tooLarge(sent);
    else pace.busy(sent);
    return { left: status === 429 ? slices : slices.map((slice) => ({ ...slice, mayBeStored: true })), reason };
  }
}

async function post({ connection, alias, encode }: BulkTarget, body: Buffer, call: Call) {
  const request = { method: 'POST', path: `/${alias}/_bulk`, query, ...(await encode(body)), isPrivate: true } as const;
  const accept = [400, TOO_LARGE];
  return connection.send<BulkAnswer>({ ...request, accept, timeoutMs: TIMEOUT_MS.bulk }, call);
}

/** One line that cannot be sent fails the whole request: halved until it is found. */
function withoutRefused(slices: readonly Slice[], status: number): readonly (readonly Slice[])[] {
  const count = lineCountOf(slices);
  if (count > 1) return halves(slices, count >> 1);
  const reason = status === TOO_LARGE ? 'too-large' : 'store';
  for (const { tally, indexes } of slices) for (const index of indexes) tally.reject(index, reason, { status });
  return [];
}

/** Halved until each is of at most so many bytes, or one line. */
function piecesOf(slices: readonly Slice[], bytes: number): readonly (readonly Slice[])[] {
  const count = lineCountOf(slices);
  if (count === 0) return [];
  if (count === 1 || bodyBytes(slices) <= bytes) return [slices];
  return halves(slices, count >> 1).flatMap((half) => piecesOf(half, bytes));
}

/** The first `middle` lines, and the others. */
function halves(slices: readonly Slice[], middle: number): readonly [readonly Slice[], readonly Slice[]] {
  const [first, second]: [Slice[], Slice[]] = [[], []];
  let before = 0;
  for (const slice of slices) {
    const cut = Math.max(0, middle - before);
    before += slice.indexes.length;
    if (cut > 0) first.push({ ...slice, indexes: slice.indexes.slice(0, cut) });
    if (cut < slice.indexes.length) second.push({ ...slice, indexes: slice.indexes.slice(cut) });
  }
  return [first, second];
}

const lineCountOf = (slices: readonly Slice[]): number => slices.reduce((sum, { indexes }) => sum + indexes.length, 0);

function busy({ connection }: BulkTarget, lines: number): Error {
  const traits = { fault: true, retryable: true };
  return refusal('UNAVAILABLE', `${connection.url} keeps refusing ${lines} lines of a bulk as too many`, traits);
}
