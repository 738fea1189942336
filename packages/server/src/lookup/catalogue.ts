/** The segments of the served generation, by id and in pages. */
import { setImmediate } from 'node:timers/promises';
import { isRunId, isSegmentId, type SegmentId } from '@segment-store/contract/id';
import type { Segment } from '@segment-store/contract/lines';
import type { Reader } from '@segment-store/store/store';
import { conflict, invalidRequest, ProblemError } from '../errors.ts';
import type { Pin } from './pin.ts';
import type { Filters } from './read-path.ts';
import { generationHeaders } from './reply.ts';
import { matches } from './select.ts';

/** @throws ProblemError 404 `unknown-segment` */
export function segmentOf(pin: Pin, id: SegmentId): Segment {
  const { generation, catalogue } = pin.reader;
  const segment = catalogue.get(id);
  if (segment !== undefined) return segment;
  const detail = `generation ${generation.run} has no segment "${id}"; GET /v1/segments lists what it has`;
  throw new ProblemError('unknown-segment', { status: 404, detail, headers: generationHeaders(pin, pin) });
}

export interface Page {
  readonly segments: readonly Segment[];
  readonly nextCursor?: string;
}

export interface Wanted {
  readonly filters: Filters;
  /** Found in the id or the name, in any case. */
  readonly text?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Between two turns of the event loop, about a millisecond: lookups are answered meanwhile. */
const SEGMENTS_A_TURN = 2_000;

/** A page by id, after `cursor`. @throws ProblemError for a cursor of another generation, or none of ours */
export async function pageOf(reader: Reader, { filters, text = '', cursor, limit }: Wanted): Promise<Page> {
  const after = cursor === undefined ? '' : readCursor(cursor, reader);
  const found = text.toLowerCase();
  const segments: Segment[] = [];
  for (const [place, segment] of inOrder(reader).entries()) {
    if (place % SEGMENTS_A_TURN === SEGMENTS_A_TURN - 1) await setImmediate();
    if (segment.id <= after || !isNamed(segment, found) || !matches(segment, filters)) continue;
    const last = segments.at(-1);
    if (last !== undefined && segments.length === limit) return { segments, nextCursor: printCursor(last, reader) };
    segments.push(segment);
  }
  return { segments };
}

/** `found`: in lower case. */
export function isNamed({ id, name }: Segment, found: string): boolean {
  return found === '' || id.toLowerCase().includes(found) || name.toLowerCase().includes(found);
}

const ordered = new WeakMap<Reader['catalogue'], readonly Segment[]>();

/** By id, in code units; sorted once a generation. */
export function inOrder({ catalogue }: Pick<Reader, 'catalogue'>): readonly Segment[] {
  const known = ordered.get(catalogue);
  if (known !== undefined) return known;
  const segments = [...catalogue.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  ordered.set(catalogue, segments);
  return segments;
}

const printCursor = ({ id }: Segment, { generation }: Reader): string =>
  Buffer.from(`${generation.run} ${id}`).toString('base64url');

function readCursor(cursor: string, { generation }: Reader): SegmentId {
  const [run, after, ...more] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (!isRunId(run) || !isSegmentId(after) || more.length > 0) {
    throw invalidRequest('query.cursor: it is none that this server gave; start without one');
  }
  if (run === generation.run) return after;
  throw conflict(`the cursor is of generation ${run}, served is ${generation.run}: start again without a cursor`);
}
