/** Writes one generation into its two indices. */
import type { RunId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import { chunksOf } from '../chunks.ts';
import type { Contents } from '../contents.ts';
import { onceItWorks } from '../once-it-works.ts';
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

export function createContents(terms: ContentsTerms, run: RunId): Contents {
  const { connection, layout, patienceMs } = terms;
  const [members, catalogue] = [layout.membersOf(run), layout.catalogueOf(run)];
  const aliases = [
    { index: members, alias: layout.buildOf(run) },
    { index: catalogue, alias: layout.catalogueBuildOf(run) },
  ];
  const target = { connection, alias: layout.buildOf(run), index: members, patienceMs };
  return {
    prepare: onceItWorks(async (call: Call) => {
      const areNew = await createIndices(terms, run, call);
      if (!areNew) await addAliases(connection, aliases, call);
    }),
    async catalogue(segments, call) {
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
    count: (call) => countDocuments(connection, { members, catalogue }, call),
    close: (call) => settleIndices(terms, { run, members, catalogue, aliases }, call),
    async [Symbol.asyncDispose]() {},
  };
}

/** CONFLICT when the run has an index. */
export async function checkVacant({ connection, layout }: ContentsTerms, run: RunId, call: Call): Promise<void> {
  const index = layout.membersOf(run);
  const request = { method: 'HEAD', path: `/${index}`, timeoutMs: TIMEOUT_MS.control, accept: [404] } as const;
  if ((await connection.send(request, call)).status === 404) return;
  throw refusal('CONFLICT', `index ${index} is there, but no record says who wrote it: delete it, then run again`);
}

/** False when one of them was there already. */
async function createIndices(
  { connection, layout, shards, ...copies }: ContentsTerms,
  run: RunId,
  call: Call,
): Promise<boolean> {
  const settings = { ...buildSettings(copies), number_of_shards: 1 };
  const catalogue = { name: layout.catalogueOf(run), settings, aliases: [layout.catalogueBuildOf(run)] };
  const members = { name: layout.membersOf(run), settings: { ...settings, number_of_shards: shards } };
  const created = await Promise.all([
    createIndex(connection, { ...catalogue, mappings: catalogueMapping }, call),
    createIndex(connection, { ...members, mappings: membersMapping, aliases: [layout.buildOf(run)] }, call),
  ]);
  return created.every((isNew) => isNew);
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
