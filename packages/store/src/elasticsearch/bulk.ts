/** One bulk, sent until each of its lines has an outcome. */
import type { Call } from '@segment-store/resilience/operation';
import { createPatience } from '../patience.ts';
import { refusal } from '../refusal.ts';
import { type BulkAnswer, settle } from './bulk-answer.ts';
import { bulkBody } from './bulk-body.ts';
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
}

interface Attempted extends Bulk {
  /** Sent before, maybe stored: a conflict may be our own line. */
  readonly resent?: boolean;
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

export async function sendBulk(target: BulkTarget, bulk: Attempted, call: Call): Promise<void> {
  const patience = createPatience(target.patienceMs);
  let rest = bulk;
  while (rest.slices.length > 0) {
    const { left, reason, refused } = await sendOnce(target, rest, call);
    if (refused !== undefined) return bisect(target, rest, { status: refused, call });
    if (left.length > 0) await patience.next(reason, call);
    rest = { ...bulk, slices: left.filter(({ signal }) => !signal.aborted), resent: true };
  }
}

/** What the answer says is told to the pace as well: all parts of the build share it. */
async function sendOnce(target: BulkTarget, bulk: Attempted, call: Call): Promise<Attempt> {
  const { pace } = target;
  const { slices, isFull, resent = false } = bulk;
  const body = bulkBody(slices);
  const sent = { bytes: body.length, at: pace.now(), isFull };
  try {
    const { status, body: answer } = await post(target, body, call);
    if (status === TOO_LARGE && lineCountOf(slices) > 1) pace.tooLarge(sent);
    if (status === 400 || status === TOO_LARGE) return { left: slices, refused: status };
    const left = await settle({ ...target, slices, resent }, answer, call);
    if (left.length > 0) pace.busy(sent);
    else pace.stored(sent);
    return { left, reason: busy(target, lineCountOf(left)) };
  } catch (reason) {
    if (refusalOf(reason)?.type === 'circuit_breaking_exception') pace.tooLarge(sent);
    else pace.busy(sent);
    return { left: slices, reason };
  }
}

async function post({ connection, alias, encode }: BulkTarget, body: Buffer, call: Call) {
  const request = { method: 'POST', path: `/${alias}/_bulk`, query, ...(await encode(body)), isPrivate: true } as const;
  const accept = [400, TOO_LARGE];
  return connection.send<BulkAnswer>({ ...request, accept, timeoutMs: TIMEOUT_MS.bulk }, call);
}

/** One line that cannot be sent fails the whole request: find it. */
async function bisect(
  target: BulkTarget,
  bulk: Attempted,
  { status, call }: { status: number; call: Call },
): Promise<void> {
  const count = lineCountOf(bulk.slices);
  if (count > 1) {
    for (const slices of halves(bulk.slices, count >> 1)) await sendBulk(target, { ...bulk, slices }, call);
    return;
  }
  const reason = status === TOO_LARGE ? 'too-large' : 'store';
  for (const { tally, indexes } of bulk.slices) for (const index of indexes) tally.reject(index, reason, { status });
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
