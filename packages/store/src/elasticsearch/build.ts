/** Writes one generation into its two indices. */
import type { RunId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import type { Contents } from '../build.ts';
import { chunksOf } from '../chunks.ts';
import { refusal } from '../refusal.ts';
import { LineTally } from '../tally.ts';
import { type BulkTarget, type Piece, sendPiece } from './bulk.ts';
import { piecesOf } from './bulk-body.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { createIndex } from './first-use.ts';
import { buildSettings, catalogueMapping, type Layout, membersMapping } from './layout.ts';
import { SEGMENTS_A_BULK, sendSegments } from './segments.ts';
import { type BuildAlias, countDocuments, type SettleTerms, settleIndices } from './settle.ts';

/** About 1 MB of body, two at once, was the fastest for lines of 100 bytes. */
const PIECE_BYTES = 1_000_000;
const IN_FLIGHT = 2;

export interface ContentsTerms extends SettleTerms {
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
  const aliases = [
    { index: members, alias: layout.buildOf(run) },
    { index: catalogue, alias: layout.catalogueBuildOf(run) },
  ];
  await createIndices(terms, { run, isNew, shards }, call);
  if (!isNew) await addAliases(connection, aliases, call);
  const target = { connection, alias: layout.buildOf(run), index: members, patienceMs };
  return {
    async catalogue(segments) {
      let count = 0;
      for await (const chunk of chunksOf(segments, SEGMENTS_A_BULK)) {
        await sendSegments({ connection, alias: layout.catalogueBuildOf(run), patienceMs }, chunk, call);
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
    close: () => settleIndices(terms, { run, members, catalogue, aliases }, call),
    async [Symbol.asyncDispose]() {},
  };
}

async function createIndices(
  { connection, layout, shards, ...copies }: ContentsTerms,
  { run, isNew }: ContentsOf & { shards: number },
  call: Call,
): Promise<void> {
  const settings = { ...buildSettings(copies), number_of_shards: 1 };
  const catalogue = { name: layout.catalogueOf(run), settings, aliases: [layout.catalogueBuildOf(run)] };
  const members = { name: layout.membersOf(run), settings: { ...settings, number_of_shards: shards } };
  const [, created] = await Promise.all([
    createIndex(connection, { ...catalogue, mappings: catalogueMapping }, call),
    createIndex(connection, { ...members, mappings: membersMapping, aliases: [layout.buildOf(run)] }, call),
  ]);
  if (created || !isNew) return;
  throw refusal(
    'CONFLICT',
    `index ${members.name} is there, but no record says who wrote it: delete it, then run again`,
  );
}

/** A seal may have been cut off after it had removed them. */
async function addAliases(connection: Connection, aliases: readonly BuildAlias[], call: Call): Promise<void> {
  const body = { actions: aliases.map((add) => ({ add })) };
  await connection.send({ method: 'POST', path: '/_aliases', body, timeoutMs: TIMEOUT_MS.control }, call);
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
