/** Publishing and rolling back: intents first, then the aliases in one call, then the records. */
import { randomUUID } from 'node:crypto';
import type { RunId } from '@segment-store/contract/id';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { isPublished, lastPublication } from '../generation.ts';
import { type PruneTerms, prune } from '../prune.ts';
import { checkFence, checkPublish, olderVerdict, type Pointer, rollBackTarget } from '../publication.ts';
import {
  amend,
  type GenerationRecord,
  generationKey,
  HOLD,
  type HoldRecord,
  partKeys,
  type Records,
} from '../records.ts';
import { refusal } from '../refusal.ts';
import { abort, type RemovalTerms, remove } from '../removal.ts';
import { toStatus } from '../status.ts';
import { GENESIS, type Live, type RunStatus, type StorePublisher, type Verdict } from '../store.ts';
import type { Aliases } from './aliases.ts';
import { conditionOf } from './condition.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { everyGeneration } from './every-generation.ts';
import { generationMeta, type Layout } from './layout.ts';
import type { Lifecycle } from './lifecycle.ts';
import { asOf, type Standing, toGenerations, toLive } from './standing.ts';

export interface PublisherTerms {
  readonly connection: Connection;
  readonly layout: Layout;
  readonly records: Records;
  readonly aliases: Aliases;
  readonly standing: Standing;
  readonly lifecycle: Lifecycle;
}

/** `call`: everything asked of it ends with that signal. */
export function createPublisher(terms: PublisherTerms, call: Call): StorePublisher {
  const { standing } = terms;
  return {
    live: async () => toLive(await standing.live(call)),
    generations: async () => toGenerations(await standing.all(call)),
    status: (run) => status(terms, run, call),
    publish: (run, expected, verdicts, options) => publish(terms, { run, expected, verdicts, ...options }, call),
    rollBack: (expected) => rollBack(terms, expected, call),
    async heldSince() {
      const hold = (await terms.records.get(HOLD, call))?.value;
      return hold && new Date(hold.at);
    },
    unhold: () => unhold(terms, call),
    condition: (run) => conditionOf(terms, run, call),
    remove: (run) => remove(removalOf(terms), run, call),
    abort: (run) => abort(removalOf(terms), run, call),
    prune: (retention = {}) => prune(pruningOf(terms), retention, call),
  };
}

async function unhold({ records }: PublisherTerms, call: Call): Promise<boolean> {
  const held = await records.get(HOLD, call);
  if (held === undefined) return false;
  if (await records.removeAt(HOLD, held.version, call)) return true;
  throw refusal('FENCED', 'another roll back or `unhold` came in between: look again');
}

interface Publishing {
  readonly run: RunId;
  readonly expected: number;
  readonly verdicts: readonly Verdict[];
  readonly allowOlder?: string;
}

async function publish(terms: PublisherTerms, publishing: Publishing, call: Call): Promise<Live> {
  const { run, expected, allowOlder } = publishing;
  const { records, standing } = terms;
  const live = await standing.pointer(call);
  const hold = (await records.get(HOLD, call))?.value;
  const record = checkPublish(run, (await records.get(generationKey(run), call))?.value, {
    live,
    expected,
    hold,
    allowOlder,
  });
  const verdicts = [...publishing.verdicts, ...olderVerdict(run, { live, allowOlder })];
  const move = { from: live, to: { run: record.run, epoch: live.epoch + 1, floor: live.floor } };
  const intended = await intend(terms, { ...move, verdicts }, call);
  await checkIntent(terms, intended, call);
  await writeMeta(terms, { record: intended, verdicts }, call);
  const published = await moveTo(terms, { ...move, intended }, call);
  // A publisher of the same run that lost may have written its own in between.
  await writeMeta(terms, { record: intended, verdicts }, call).catch(() => {});
  return published;
}

async function rollBack(terms: PublisherTerms, expected: number, call: Call): Promise<Live> {
  const { records, standing } = terms;
  const from = await standing.pointer(call);
  checkFence(from, expected);
  const { run } = rollBackTarget(await standing.all(call));
  const epoch = from.epoch + 1;
  const before = await records.get(HOLD, call);
  const hold = { epoch, at: new Date().toISOString() };
  // Before the aliases move, so that no publish slips in behind them.
  await amend(records, { key: HOLD, change: () => hold }, call);
  try {
    const move = { from, to: { run, epoch, floor: epoch } };
    return await moveTo(terms, { ...move, intended: await intend(terms, move, call) }, call);
  } catch (error) {
    const now = isFailure(error) && error.code === 'FENCED' ? await standing.pointer(call) : from;
    const lostToPublish = now.epoch !== from.epoch && now.floor !== now.epoch;
    if (before === undefined && lostToPublish) await dropHold(records, hold, call);
    throw error;
  }
}

/** Only as long as it is ours: another roll back may have set it since. */
async function dropHold(records: Records, { epoch, at }: HoldRecord, call: Call): Promise<void> {
  const found = await records.get(HOLD, call);
  if (found?.value.epoch === epoch && found.value.at === at) await records.removeAt(HOLD, found.version, call);
}

interface Move {
  readonly from: Pointer;
  readonly to: Pointer;
}

/** Says what is about to be tried, so that a publication cut off half way can be told afterwards. */
async function intend(
  { records, standing }: PublisherTerms,
  { from, to, verdicts }: Move & { readonly verdicts?: readonly Verdict[] },
  call: Call,
): Promise<GenerationRecord> {
  const at = new Date().toISOString();
  // The step before this one may have lost its last words; from here on nobody could tell.
  for (const run of await standing.behind(from, call)) await follow(records, { run, pointer: from, at }, call);
  const change = (record: GenerationRecord | undefined): GenerationRecord => {
    if (record === undefined || record.removing) throw refusal('NOT_FOUND', `run ${to.run} is being removed`);
    if (verdicts !== undefined && isPublished(record)) throw overtaken(to.run);
    if (record.state === 'building') throw refusal('CONFLICT', `run ${to.run} was reopened: seal it first`);
    return { ...record, ...(verdicts && { verdicts }), publishing: { epoch: to.epoch, at, by: randomUUID() } };
  };
  return amend(records, { key: generationKey(to.run), change }, call);
}

const overtaken = (run: RunId): Error => refusal('FENCED', `another publisher of run ${run} came first: look again`);

async function moveTo(
  terms: PublisherTerms,
  { from, to, intended }: Move & { readonly intended: GenerationRecord },
  call: Call,
): Promise<Live> {
  const { records, aliases, lifecycle } = terms;
  const { at } = intended.publishing ?? lastPublication(intended);
  await lifecycle.detach(to.run, call);
  await aliases.move(from, to, call);
  for (const run of [to.run, from.run]) {
    // Published it is, whatever happens to the records: readers derive the rest, the next publisher writes it down.
    await follow(records, { run, pointer: to, at, intended }, call).catch(() => {});
  }
  await retireIndices(terms, call).catch(() => {});
  return toLive({ pointer: to, record: asOf(intended, to, at) });
}

/** All of them each time, so that what failed here, or was retired without a policy, has one after the next move. */
async function retireIndices({ standing, lifecycle }: PublisherTerms, call: Call): Promise<void> {
  await lifecycle.attach(await standing.all(call), call);
  // Another publisher may have brought one of them back meanwhile.
  const { run } = await standing.pointer(call);
  await lifecycle.detach(run, call);
}

/** Brings the record of `run` to where the aliases say it is. */
async function follow(
  records: Records,
  { run, pointer, at, intended }: { run: RunId; pointer: Pointer; at: string; intended?: GenerationRecord },
  call: Call,
): Promise<void> {
  if (run === GENESIS) return;
  const change = (record: GenerationRecord | undefined): GenerationRecord => {
    if (record === undefined) throw refusal('NOT_FOUND', `the control record of run ${run} is gone`);
    // Others have gone on since: late words of a slow publisher change nothing.
    if (lastPublication(record).epoch >= pointer.epoch) return record;
    const since = record.publishing?.epoch === pointer.epoch ? record.publishing.at : at;
    const verdicts = run === intended?.run ? intended.verdicts : record.verdicts;
    return asOf({ ...record, ...(verdicts && { verdicts }) }, pointer, since);
  };
  await amend(records, { key: generationKey(run), change }, call);
}

/** `_meta` is replaced whole: whoever came too late must not overwrite what the winner's gates found. */
async function checkIntent({ records }: PublisherTerms, intended: GenerationRecord, call: Call): Promise<void> {
  const now = (await records.get(generationKey(intended.run), call))?.value;
  if (now?.publishing?.by !== intended.publishing?.by) throw overtaken(intended.run);
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

async function status({ records, standing }: PublisherTerms, run: RunId, call: Call): Promise<RunStatus> {
  const found = await records.get(generationKey(run), call);
  if (found === undefined) throw refusal('NOT_FOUND', `no generation of run ${run}: nobody has begun to load it`);
  const parts = await records.getMany(partKeys(run, found.value.parts), call);
  const pointer = await standing.pointer(call);
  const record = asOf(found.value, pointer, lastPublication(found.value).at);
  return toStatus(
    record,
    parts.map((part) => part?.value),
  );
}

function removalOf({ connection, layout, records, standing }: PublisherTerms): RemovalTerms {
  return {
    records,
    lives: () => true,
    async mark(run, change, call) {
      const live = await standing.pointer(call);
      return amend(records, { key: generationKey(run), change: (record) => change(record, live) }, call);
    },
    async removeDocuments(run, call) {
      await checkMarked({ records, standing }, run, call);
      const path = `/${layout.membersOf(run)},${layout.catalogueOf(run)}`;
      const query = { ignore_unavailable: true };
      await connection.send({ method: 'DELETE', path, query, timeoutMs: TIMEOUT_MS.bulk }, call);
    },
  };
}

/** Between the look and the mark it may have gone live; from the mark on it cannot. */
async function checkMarked(
  { records, standing }: Pick<PublisherTerms, 'records' | 'standing'>,
  run: RunId,
  call: Call,
): Promise<void> {
  if ((await standing.pointer(call)).run !== run) return;
  const unmark = (record: GenerationRecord | undefined): GenerationRecord => {
    if (record === undefined) throw refusal('NOT_FOUND', `the control record of run ${run} is gone`);
    const { removing: _, ...rest } = record;
    return rest;
  };
  await amend(records, { key: generationKey(run), change: unmark }, call);
  throw refusal('CONFLICT', `run ${run} went live meanwhile: it stays`);
}

function pruningOf(terms: PublisherTerms): PruneTerms {
  const { connection, layout, standing } = terms;
  return {
    async records(call) {
      const { pointer, record } = await standing.live(call);
      const since = lastPublication(record).at;
      return (await everyGeneration(connection, layout, call)).map((one) => asOf(one, pointer, since));
    },
    lastSeenAt: async (run, call) => (await status(terms, run, call)).lastSeenAt,
    remove: (run, call) => remove(removalOf(terms), run, call),
  };
}
