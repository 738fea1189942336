/** Segments into the catalogue of a build, until each of them is stored. */
import { printSegment, type Segment } from '@segment-store/contract/lines';
import type { Call } from '@segment-store/resilience/operation';
import { createPatience, patiently } from '@segment-store/resilience/patience';
import { refusal } from '../refusal.ts';
import { type Connection, TIMEOUT_MS, TOO_LARGE } from './connection.ts';
import { type BulkItem, GONE, triage } from './triage.ts';

/** Read from the catalogue before they are sent; they may travel in several requests. */
export const SEGMENTS_A_BULK = 1_000;
/** Of one request; a longer segment travels alone. */
const BULK_BYTES = 1_000_000;

export interface CatalogueTarget {
  readonly connection: Connection;
  /** The alias that only the build has. */
  readonly alias: string;
  readonly patienceMs: number;
}

interface Action {
  readonly segment: Segment;
  readonly text: string;
}

/** Op `index`: a resumed build writes its catalogue again. */
export async function sendSegments(target: CatalogueTarget, segments: readonly Segment[], call: Call): Promise<void> {
  for (const piece of piecesOf(segments.map(toAction))) {
    await send(target, piece, call);
  }
}

/** What is too large for the server goes in halves. */
async function send(target: CatalogueTarget, piece: readonly Action[], call: Call): Promise<void> {
  const fits = await patiently(() => sendOnce(target, piece, call), createPatience(target.patienceMs), call);
  if (fits) return;
  const half = Math.ceil(piece.length / 2);
  if (half === piece.length) {
    const what = `${target.connection.url} answered ${TOO_LARGE} to segment ${piece[0]?.segment.id}`;
    throw refusal('CONFLICT', `${what}: it is too large, shorten it in the catalogue, then load again`);
  }
  for (const part of [piece.slice(0, half), piece.slice(half)]) await send(target, part, call);
}

function toAction(segment: Segment): Action {
  return { segment, text: `{"index":{"_id":${JSON.stringify(segment.id)}}}\n${printSegment(segment)}\n` };
}

function* piecesOf(actions: readonly Action[]): Generator<readonly Action[]> {
  let piece: Action[] = [];
  let size = 0;
  for (const action of actions) {
    const more = Buffer.byteLength(action.text);
    if (size + more > BULK_BYTES && piece.length > 0) {
      yield piece;
      [piece, size] = [[], 0];
    }
    piece.push(action);
    size += more;
  }
  if (piece.length > 0) yield piece;
}

interface BulkAnswer {
  readonly errors?: boolean;
  readonly items?: readonly { readonly index: BulkItem }[];
}

/** False when it is too large. */
async function sendOnce(
  { connection, alias }: CatalogueTarget,
  actions: readonly Action[],
  call: Call,
): Promise<boolean> {
  const bulk = Buffer.from(actions.map(({ text }) => text).join(''));
  const query = { require_alias: true, filter_path: 'errors,items.*.status,items.*.error.type' };
  const request = { method: 'POST', path: `/${alias}/_bulk`, query, bulk, timeoutMs: TIMEOUT_MS.bulk } as const;
  const answer = await connection.send<BulkAnswer>({ ...request, accept: [TOO_LARGE] }, call);
  if (answer.status === TOO_LARGE) return false;
  const { errors, items = [] } = answer.body;
  if (errors === false) return true;
  for (const [place, { index }] of items.entries()) checkStored(connection.url, actions[place]?.segment, index);
  if (items.length !== actions.length) {
    throw refusal('UNSUPPORTED', `a bulk of ${actions.length} segments got ${items.length} answers`);
  }
  return true;
}

function checkStored(url: string, segment: Segment | undefined, item: BulkItem): void {
  const what = `${url} answered ${item.status} ${item.error?.type ?? ''} to segment ${segment?.id}`;
  switch (triage(item)) {
    case 'created':
      return;
    case 'again':
      throw refusal('UNAVAILABLE', what, { fault: true, retryable: true });
    case 'blocked':
      throw refusal('UNAVAILABLE', `${what}: free disk space, then run again`, { fault: true });
    case 'denied':
      throw refusal('DENIED', `${what}: check its credentials`);
    case 'closed':
      throw refusal('CONFLICT', `${what}: ${GONE}`);
    default:
      throw refusal('CONFLICT', `${what}: correct it in the catalogue, then load again`);
  }
}
