/** Publishing and rolling back: intents first, then the aliases in one call, then the records. */
import type { RunId } from '@segment-store/contract/id';
import { isFailure } from '@segment-store/resilience/failure';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { checkFence, checkPublish, checkRemoval, type Pointer, rollBackTarget } from '../publication.ts';
import { amend, type GenerationRecord, generationKey, HOLD, partKey, type Records } from '../records.ts';
import { refusal } from '../refusal.ts';
import { GENESIS, type Live, type StorePublisher, type Verdict } from '../store.ts';
import type { Aliases } from './aliases.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { generationMeta, type Layout } from './layout.ts';
import { asOf, type Standing, toGenerations, toLive } from './standing.ts';

export interface PublisherTerms {
  readonly connection: Connection;
  readonly layout: Layout;
  readonly records: Records;
  readonly aliases: Aliases;
  readonly standing: Standing;
}

export function createPublisher(terms: PublisherTerms): StorePublisher {
  const { standing } = terms;
  return {
    live: async () => toLive(await standing.live(unlimited)),
    generations: async () => toGenerations(await standing.all(unlimited)),
    publish: (run, expected, verdicts) => publish(terms, { run, expected, verdicts }, unlimited),
    rollBack: (expected) => rollBack(terms, expected, unlimited),
    async unhold() {
      if ((await terms.records.get(HOLD, unlimited)) === undefined) return false;
      await terms.records.remove([HOLD], unlimited);
      return true;
    },
    remove: (run) => remove(terms, run, unlimited),
  };
}

interface Publishing {
  readonly run: RunId;
  readonly expected: number;
  readonly verdicts: readonly Verdict[];
}

async function publish(terms: PublisherTerms, { run, expected, verdicts }: Publishing, call: Call): Promise<Live> {
  const { records, standing } = terms;
  const live = await standing.pointer(call);
  const hold = (await records.get(HOLD, call))?.value;
  const record = checkPublish(run, (await records.get(generationKey(run), call))?.value, {
    live,
    expected,
    hold,
  });
  await writeMeta(terms, { record, verdicts }, call);
  return moveTo(terms, { from: live, to: { run, epoch: live.epoch + 1, floor: live.floor }, verdicts }, call);
}

async function rollBack(terms: PublisherTerms, expected: number, call: Call): Promise<Live> {
  const { records, standing } = terms;
  const from = await standing.pointer(call);
  checkFence(from, expected);
  const { run } = rollBackTarget(await standing.all(call));
  const epoch = from.epoch + 1;
  const held = await records.get(HOLD, call);
  // Before the aliases move, so that no publish slips in behind them.
  await amend(records, { key: HOLD, change: () => ({ epoch, at: new Date().toISOString() }) }, call);
  try {
    return await moveTo(terms, { from, to: { run, epoch, floor: epoch } }, call);
  } catch (error) {
    const now = isFailure(error) && error.code === 'FENCED' ? await standing.pointer(call) : from;
    const lostToPublish = now.epoch !== from.epoch && now.floor !== now.epoch;
    if (held === undefined && lostToPublish) await records.remove([HOLD], call);
    throw error;
  }
}

interface Move {
  readonly from: Pointer;
  readonly to: Pointer;
  readonly verdicts?: readonly Verdict[];
}

async function moveTo(terms: PublisherTerms, { from, to, verdicts }: Move, call: Call): Promise<Live> {
  const { records, aliases } = terms;
  const at = new Date().toISOString();
  // The step before this one may have lost its last words; from here on nobody could tell.
  await follow(records, { run: from.run, pointer: from, at }, call);
  const intend = (record: GenerationRecord | undefined): GenerationRecord => {
    if (record === undefined || record.removing) throw refusal('NOT_FOUND', `run ${to.run} is being removed`);
    return { ...record, ...(verdicts && { verdicts }), publishing: { epoch: to.epoch, at } };
  };
  const intended = await amend(records, { key: generationKey(to.run), change: intend }, call);
  await aliases.move(from, to, call);
  for (const run of [to.run, from.run]) {
    // Published it is, whatever happens to the records: readers derive the rest, the next publisher writes it down.
    await follow(records, { run, pointer: to, at }, call).catch(() => {});
  }
  return toLive({ pointer: to, record: asOf(intended, to, at) });
}

/** Brings the record of `run` to where the aliases say it is. */
async function follow(
  records: Records,
  { run, pointer, at }: { run: RunId; pointer: Pointer; at: string },
  call: Call,
): Promise<void> {
  if (run === GENESIS) return;
  const change = (record: GenerationRecord | undefined): GenerationRecord => {
    if (record === undefined) throw refusal('NOT_FOUND', `the control record of run ${run} is gone`);
    const since = record.publishing?.epoch === pointer.epoch ? record.publishing.at : at;
    return asOf(record, pointer, since);
  };
  await amend(records, { key: generationKey(run), change }, call);
}

async function writeMeta(
  { connection, layout }: PublisherTerms,
  { record, verdicts }: { record: GenerationRecord; verdicts: readonly Verdict[] },
  call: Call,
): Promise<void> {
  const path = `/${layout.membersOf(record.run)}/_mapping`;
  const body = { _meta: generationMeta(record, verdicts) };
  await connection.send({ method: 'PUT', path, body, timeoutMs: TIMEOUT_MS.control }, call);
}

/** How long a publisher that has said so may take to move the aliases. */
const PUBLISHING_MS = 60_000;
const lives = () => true;

async function remove(
  { connection, layout, records, standing }: PublisherTerms,
  run: RunId,
  call: Call,
): Promise<void> {
  const live = await standing.pointer(call);
  const mark = (found: GenerationRecord | undefined): GenerationRecord => {
    const record = checkRemoval(run, found, { live, lives });
    const { epoch = 0, at = '' } = record.publishing ?? {};
    if (epoch > live.epoch && Date.parse(at) + PUBLISHING_MS > Date.now()) {
      throw refusal('CONFLICT', `run ${run} is being published: look again in a minute`);
    }
    return { ...record, removing: true };
  };
  const { parts } = await amend(records, { key: generationKey(run), change: mark }, call);
  const path = `/${layout.membersOf(run)},${layout.catalogueOf(run)}`;
  const query = { ignore_unavailable: true };
  await connection.send({ method: 'DELETE', path, query, timeoutMs: TIMEOUT_MS.bulk }, call);
  const keys = Array.from({ length: parts }, (_, index) => partKey(run, index));
  await records.remove(keys, call);
  await records.remove([generationKey(run)], call);
}
