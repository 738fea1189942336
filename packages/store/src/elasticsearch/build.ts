/** Writes one generation into its two indices. */
import type { RunId } from '@segment-store/contract/id';
import { printSegment, type Segment } from '@segment-store/contract/lines';
import type { Call } from '@segment-store/resilience/operation';
import type { Contents } from '../build.ts';
import { chunksOf } from '../chunks.ts';
import { createPatience, patiently } from '../patience.ts';
import { refusal } from '../refusal.ts';
import { LineTally } from '../tally.ts';
import { type BulkTarget, type Piece, sendPiece } from './bulk.ts';
import { piecesOf } from './bulk-body.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { createIndex } from './first-use.ts';
import { buildSettings, catalogueMapping, type Layout, membersMapping } from './layout.ts';
import { countDocuments, settleIndices } from './settle.ts';

/** About 1 MB of body, two at once, was the fastest for lines of 100 bytes. */
const PIECE_BYTES = 1_000_000;
const IN_FLIGHT = 2;
const SEGMENTS_A_BULK = 1_000;

export interface ContentsTerms {
  readonly connection: Connection;
  readonly layout: Layout;
  readonly shards: number;
  readonly patienceMs: number;
}

export interface ContentsOf {
  readonly run: RunId;
  /** No job has built this run before. */
  readonly isNew: boolean;
}

export async function createContents(terms: ContentsTerms, { run, isNew }: ContentsOf, call: Call): Promise<Contents> {
  const { connection, layout, shards, patienceMs } = terms;
  const [members, catalogue] = [layout.membersOf(run), layout.catalogueOf(run)];
  await createIndices(terms, { run, isNew, shards }, call);
  const target = { connection, alias: layout.buildOf(run), index: members, patienceMs };
  return {
    async catalogue(segments) {
      let count = 0;
      for await (const chunk of chunksOf(segments, SEGMENTS_A_BULK)) {
        const send = () => sendSegments(connection, { index: catalogue, segments: chunk }, call);
        await patiently(send, createPatience(patienceMs), call);
        count += chunk.length;
      }
      return count;
    },
    async write(lines, writing) {
      const tally = new LineTally(lines);
      const pieces = piecesOf(lines, PIECE_BYTES).map((indexes) => ({ lines, indexes, tally }));
      await sendAll(target, pieces, writing);
      return tally;
    },
    // A bulk is answered when it is on disk.
    async flush() {},
    count: () => countDocuments(connection, { members, catalogue }, call),
    close: () => settleIndices(connection, { members, catalogue, alias: target.alias }, call),
    async [Symbol.asyncDispose]() {},
  };
}

async function createIndices(
  { connection, layout, shards }: ContentsTerms,
  { run, isNew }: ContentsOf & { shards: number },
  call: Call,
): Promise<void> {
  const settings = { ...buildSettings, number_of_shards: 1 };
  const catalogue = { name: layout.catalogueOf(run), settings, mappings: catalogueMapping };
  const members = { name: layout.membersOf(run), settings: { ...settings, number_of_shards: shards } };
  const [, created] = await Promise.all([
    createIndex(connection, catalogue, call),
    createIndex(connection, { ...members, mappings: membersMapping, aliases: [layout.buildOf(run)] }, call),
  ]);
  if (created || !isNew) return;
  throw refusal(
    'CONFLICT',
    `index ${members.name} is there, but no record says who wrote it: delete it, then run again`,
  );
}

/** Several pieces at once; after the first failure no further one starts, and those under way are waited for. */
async function sendAll(target: BulkTarget, pieces: readonly Piece[], call: Call): Promise<void> {
  const queue = pieces.values();
  const failures: unknown[] = [];
  const lane = async () => {
    for (const piece of queue) {
      if (failures.length > 0) return;
      await sendPiece(target, piece, call).catch((error) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  if (failures.length > 0) throw failures[0];
}

interface SegmentsOf {
  readonly index: string;
  readonly segments: readonly Segment[];
}

/** Op `index`: a resumed build writes its catalogue again. */
async function sendSegments(connection: Connection, { index, segments }: SegmentsOf, call: Call): Promise<void> {
  const actions = segments.map((segment) => {
    return `{"index":{"_id":${JSON.stringify(segment.id)}}}\n${printSegment(segment)}\n`;
  });
  const bulk = Buffer.from(actions.join(''));
  const query = { filter_path: 'errors,items.*.status,items.*.error.type' };
  const request = { method: 'POST', path: `/${index}/_bulk`, query, bulk, timeoutMs: TIMEOUT_MS.bulk } as const;
  const { body } = await connection.send<{ readonly errors?: boolean }>(request, call);
  if (body.errors !== false) {
    throw refusal('UNAVAILABLE', `${connection.url} refused segments of the catalogue`, {
      fault: true,
      retryable: true,
    });
  }
}
