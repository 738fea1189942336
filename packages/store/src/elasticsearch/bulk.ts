/** One piece of lines, sent until each of them has an outcome. */
import type { Call } from '@segment-store/resilience/operation';
import { createPatience } from '../patience.ts';
import { refusal } from '../refusal.ts';
import type { Lines } from '../store.ts';
import type { LineTally } from '../tally.ts';
import { bulkBody } from './bulk-body.ts';
import { findReplays } from './conflict.ts';
import { type Connection, TIMEOUT_MS, TOO_LARGE } from './connection.ts';
import { type BulkItem, triage } from './triage.ts';

export interface BulkTarget {
  readonly connection: Connection;
  /** The alias that only the build has. */
  readonly alias: string;
  /** The index itself, for reads. */
  readonly index: string;
  readonly patienceMs: number;
}

export interface Piece {
  readonly lines: Lines & { readonly attempted: boolean };
  readonly indexes: readonly number[];
  readonly tally: LineTally;
  /** Sent before, maybe stored: a conflict may be our own line. */
  readonly resent?: boolean;
}

interface BulkAnswer {
  readonly errors?: boolean;
  readonly items?: readonly { readonly create: BulkItem }[];
}

const query = {
  require_alias: true,
  filter_path: 'errors,items.*.status,items.*.error.type',
  include_source_on_error: false,
} as const;

export async function sendPiece(target: BulkTarget, piece: Piece, call: Call): Promise<void> {
  const patience = createPatience(target.patienceMs);
  let rest = piece;
  while (rest.indexes.length > 0) {
    const attempt = await sendOnce(target, rest, call);
    if (attempt.refused) return bisect(target, rest, { status: attempt.refused, call });
    if (attempt.left.length > 0) await patience.next(attempt.reason, call);
    rest = { ...piece, indexes: attempt.left, resent: true };
  }
}

interface Attempt {
  /** Lines without an outcome, and why. */
  readonly left: readonly number[];
  readonly reason?: unknown;
  /** The status of a request that was refused whole. */
  readonly refused?: number;
}

async function sendOnce(target: BulkTarget, piece: Piece, call: Call): Promise<Attempt> {
  try {
    const { status, body } = await post(target, piece, call);
    if (status === 400 || status === TOO_LARGE) return { left: piece.indexes, refused: status };
    const left = await settle(target, piece, { items: itemsOf(body, piece), call });
    return { left, reason: busy(target, left.length) };
  } catch (reason) {
    return { left: piece.indexes, reason };
  }
}

function post({ connection, alias }: BulkTarget, { lines, indexes }: Piece, call: Call) {
  const bulk = bulkBody(lines, indexes);
  const path = `/${alias}/_bulk`;
  const request = { method: 'POST', path, query, bulk, accept: [400, TOO_LARGE], isPrivate: true } as const;
  return connection.send<BulkAnswer>({ ...request, timeoutMs: TIMEOUT_MS.bulk }, call);
}

/** Counts every line that has an outcome, or none when asking about conflicts fails; settles with those that have none. */
async function settle(
  target: BulkTarget,
  piece: Piece,
  { items, call }: { items: readonly BulkItem[]; call: Call },
): Promise<readonly number[]> {
  const { lines, indexes, tally, resent } = piece;
  const verdicts = items.map(triage);
  const ending = verdicts.findIndex((verdict) => verdict === 'closed' || verdict === 'blocked' || verdict === 'denied');
  if (ending >= 0) throw ended(target, items[ending]);
  const conflicts = indexes.filter((_, place) => verdicts[place] === 'conflict');
  const mayBeOurs = conflicts.length > 0 && (lines.attempted || resent);
  const asked = { index: target.index, lines, indexes: conflicts };
  const replays = mayBeOurs ? await findReplays(target.connection, asked, call) : new Set();
  for (const [place, index] of indexes.entries()) {
    const verdict = verdicts[place];
    if (verdict === 'created') tally.stored('created', index);
    else if (replays.has(index)) tally.stored('replayed', index);
    else if (verdict === 'conflict') tally.reject(index, 'duplicate-customer', { status: 409 });
    else if (verdict === 'rejected') tally.reject(index, 'store', detailOf(items[place]));
  }
  return indexes.filter((_, place) => verdicts[place] === 'again');
}

/** One line that cannot be sent fails the whole request: find it. */
async function bisect(
  target: BulkTarget,
  piece: Piece,
  { status, call }: { status: number; call: Call },
): Promise<void> {
  const { indexes, tally } = piece;
  const [only] = indexes;
  if (indexes.length > 1) {
    const middle = indexes.length >> 1;
    await sendPiece(target, { ...piece, indexes: indexes.slice(0, middle) }, call);
    await sendPiece(target, { ...piece, indexes: indexes.slice(middle) }, call);
  } else if (only !== undefined) {
    tally.reject(only, status === TOO_LARGE ? 'too-large' : 'store', { status });
  }
}

const CREATED: BulkItem = { status: 201 };

function itemsOf({ errors, items = [] }: BulkAnswer, { indexes }: Piece): readonly BulkItem[] {
  if (errors === false) return indexes.map(() => CREATED);
  if (items.length === indexes.length) return items.map(({ create }) => create);
  throw refusal('UNSUPPORTED', `a bulk of ${indexes.length} lines got ${items.length} answers`);
}

const detailOf = (item: BulkItem | undefined) => ({
  ...(item !== undefined && { status: item.status }),
  ...(item?.error !== undefined && { type: item.error.type }),
});

function busy({ connection }: BulkTarget, lines: number): Error {
  const traits = { fault: true, retryable: true };
  return refusal('UNAVAILABLE', `${connection.url} keeps refusing ${lines} lines of a bulk as too many`, traits);
}

function ended({ connection, alias }: BulkTarget, item: BulkItem = CREATED): Error {
  const what = `${connection.url} answered ${item.status} ${item.error?.type ?? ''} to lines for ${alias}`;
  switch (triage(item)) {
    case 'closed':
      return refusal('CONFLICT', `${what}: the build was sealed or removed meanwhile`);
    case 'denied':
      return refusal('DENIED', `${what}: check its credentials`);
    default:
      return refusal('UNAVAILABLE', `${what}: free disk space, then run again`, { fault: true });
  }
}
