/** Writes one generation into its two indices. */
import type { RunId } from '@segment-store/contract/id';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { systemTime } from '@segment-store/resilience/time';
import { chunksOf } from '../chunks.ts';
import type { Contents } from '../contents.ts';
import { onceItWorks } from '../once-it-works.ts';
import { refusal } from '../refusal.ts';
import { acceptedBytes } from './accepted-bytes.ts';
import { type BulkTarget, sendBulk } from './bulk.ts';
import { bulkBodies } from './bulk-bodies.ts';
import { gzipBulk, plainBulk } from './bulk-encoding.ts';
import { BulkPace } from './bulk-pace.ts';
import { BulkQueue } from './bulk-queue.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { createIndex } from './first-use.ts';
import { buildSettings, catalogueMapping, type Layout, membersMapping } from './layout.ts';
import { SEGMENTS_A_BULK, sendSegments } from './segments.ts';
import { type BuildAlias, countDocuments, type SettleTerms, settleIndices, unsettleIndices } from './settle.ts';

export interface ContentsTerms extends SettleTerms {
  readonly layout: Layout;
  readonly shards: number;
  readonly patienceMs: number;
  readonly bulkBytes: number;
  readonly bulksInFlight: number;
  readonly bulkCompression: boolean;
}

export function createContents(terms: ContentsTerms, run: RunId): Contents {
  const { connection, layout, patienceMs } = terms;
  const [members, catalogue] = [layout.membersOf(run), layout.catalogueOf(run)];
  const aliases = [
    { index: members, alias: layout.buildOf(run) },
    { index: catalogue, alias: layout.catalogueBuildOf(run) },
  ];
  const pace = new BulkPace({ bytes: terms.bulkBytes, inFlight: terms.bulksInFlight }, systemTime);
  const bodies = bulkBodies(terms.bulksInFlight);
  const encode = terms.bulkCompression ? gzipBulk : plainBulk;
  const target: BulkTarget = {
    connection,
    alias: layout.buildOf(run),
    index: members,
    patienceMs,
    pace,
    encode,
    bodies,
  };
  const ending = new AbortController();
  // A bulk carries lines of several parts: no caller may end it for the others.
  const sending: Call = { ...unlimited, signal: ending.signal };
  const queue = new BulkQueue(pace, (bulk) => sendBulk(target, bulk, sending));
  return {
    prepare: onceItWorks(async (call: Call) => {
      const areNew = await createIndices(terms, run, call);
      if (!areNew) await addAliases(connection, aliases, call);
      pace.accepts(await acceptedBytes(connection, call));
    }),
    async catalogue(segments, call) {
      let count = 0;
      for await (const chunk of chunksOf(segments, SEGMENTS_A_BULK)) {
        await sendSegments({ connection, alias: layout.catalogueBuildOf(run), patienceMs }, chunk, call);
        count += chunk.length;
      }
      return count;
    },
    write: (lines, writing) => queue.write(lines, writing),
    // A bulk is answered when it is on disk.
    async flush() {},
    count: (call) => countDocuments(connection, { members, catalogue }, call),
    async reopen(call) {
      await unsettleIndices(terms, { members, catalogue }, call);
      await addAliases(connection, aliases, call);
    },
    close: (call) => settleIndices(terms, { run, members, catalogue, aliases }, call),
    async [Symbol.asyncDispose]() {
      ending.abort(refusal('UNAVAILABLE', `the build of run ${run} was let go of: run again to go on`));
      await queue.idle();
    },
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
