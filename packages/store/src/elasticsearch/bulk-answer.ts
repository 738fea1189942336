/** What the answer to a bulk means for each of its lines. */
import type { Call } from '@segment-store/resilience/operation';
import { refusal } from '../refusal.ts';
import type { Slice } from './bulk-queue.ts';
import { findReplays } from './conflict.ts';
import type { Connection } from './connection.ts';
import { type BulkItem, GONE, type Triage, triage } from './triage.ts';

export interface BulkAnswer {
  readonly errors?: boolean;
  readonly items?: readonly { readonly create: BulkItem }[];
}

export interface Answered {
  readonly connection: Connection;
  /** For messages: where the lines went. */
  readonly alias: string;
  /** Where what is stored can be read. */
  readonly index: string;
  readonly slices: readonly Slice[];
}

interface Line {
  readonly slice: Slice;
  readonly index: number;
  readonly item: BulkItem;
  readonly verdict: Triage;
}

/** Counts every line that has an outcome, or none when asking about conflicts fails; settles with those that have none. */
export async function settle(answered: Answered, answer: BulkAnswer, call: Call): Promise<readonly Slice[]> {
  const { slices } = answered;
  if (answer.errors === false) {
    for (const { tally, indexes } of slices) for (const index of indexes) tally.stored('created', index);
    return [];
  }
  const lines = linesOf(slices, answer);
  const ending = lines.find(({ verdict }) => verdict === 'closed' || verdict === 'blocked' || verdict === 'denied');
  if (ending !== undefined) throw ended(answered, ending);
  const replays = await replaysAmong(answered, lines, call);
  for (const line of lines) count(line, replays);
  return leftOf(lines);
}

function linesOf(slices: readonly Slice[], { items = [] }: BulkAnswer): readonly Line[] {
  let place = 0;
  const lines = slices.flatMap((slice) =>
    slice.indexes.map((index) => {
      const item = items[place++]?.create ?? { status: 0 };
      return { slice, index, item, verdict: triage(item) };
    }),
  );
  if (items.length === lines.length) return lines;
  throw refusal('UNSUPPORTED', `a bulk of ${lines.length} lines got ${items.length} answers`);
}

async function replaysAmong(
  { connection, index }: Answered,
  lines: readonly Line[],
  call: Call,
): Promise<ReadonlySet<Line>> {
  const conflicts = lines.filter(
    ({ slice, verdict }) => verdict === 'conflict' && (slice.mayBeStored || slice.lines.attempted),
  );
  if (conflicts.length === 0) return new Set();
  const asked = conflicts.map(({ slice, index: at }) => ({ lines: slice.lines, at }));
  const replays = await findReplays(connection, { index, lines: asked }, call);
  return new Set(conflicts.filter((_, place) => replays.has(place)));
}

function count(line: Line, replays: ReadonlySet<Line>): void {
  const { slice, index, item, verdict } = line;
  if (verdict === 'created') slice.tally.stored('created', index);
  else if (replays.has(line)) slice.tally.stored('replayed', index);
  else if (verdict === 'conflict') slice.tally.reject(index, 'duplicate-customer', { status: 409 });
  else if (verdict === 'rejected') slice.tally.reject(index, 'store', detailOf(item));
}

/** Lines to send again, still in slices and in order. A 429 is said before anything is stored, other answers may not be. */
function leftOf(lines: readonly Line[]): readonly Slice[] {
  const left = new Map<Slice, { readonly indexes: number[]; mayBeStored: boolean }>();
  for (const { slice, index, item, verdict } of lines) {
    if (verdict !== 'again') continue;
    const again = left.get(slice) ?? { indexes: [], mayBeStored: slice.mayBeStored ?? false };
    again.indexes.push(index);
    again.mayBeStored ||= item.status !== 429;
    left.set(slice, again);
  }
  return [...left].map(([slice, again]) => ({ ...slice, ...again }));
}

const detailOf = ({ status, error }: BulkItem) => ({ status, ...(error !== undefined && { type: error.type }) });

function ended({ connection, alias }: Answered, { item, verdict }: Line): Error {
  const what = `${connection.url} answered ${item.status} ${item.error?.type ?? ''} to lines for ${alias}`;
  switch (verdict) {
    case 'closed':
      return refusal('CONFLICT', `${what}: ${GONE}`);
    case 'denied':
      return refusal('DENIED', `${what}: check its credentials`);
    default:
      return refusal('UNAVAILABLE', `${what}: free disk space, then run again`, { fault: true });
  }
}
