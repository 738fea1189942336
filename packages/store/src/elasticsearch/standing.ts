/** What is live and what was: the aliases decide, the records follow. */
import type { RunId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import { genesis, lastPublication, toGeneration } from '../generation.ts';
import type { Pointer } from '../publication.ts';
import { type GenerationRecord, generationKey, type Records } from '../records.ts';
import { refusal } from '../refusal.ts';
import { GENESIS, type Generation, type Live } from '../store.ts';
import type { Aliases } from './aliases.ts';

export interface Standing {
  pointer(call: Call): Promise<Pointer>;
  live(call: Call): Promise<{ readonly pointer: Pointer; readonly record: GenerationRecord }>;
  /** Of every run that has an index, but the genesis; by run. */
  all(call: Call): Promise<readonly GenerationRecord[]>;
  /** Runs whose records are a step behind `pointer`: a publisher's last words were lost. */
  behind(pointer: Pointer, call: Call): Promise<readonly RunId[]>;
}

export function createStanding(aliases: Aliases, records: Records): Standing {
  const pointer = async (call: Call) => {
    const found = await aliases.pointer(call);
    if (found !== undefined) return found;
    throw refusal('UNAVAILABLE', 'no generation carries the marker alias', { fault: true, retryable: true });
  };
  const live = async (call: Call) => {
    const now = await pointer(call);
    if (now.run === GENESIS) return { pointer: now, record: genesis };
    const record = (await records.get(generationKey(now.run), call))?.value;
    if (record !== undefined) return { pointer: now, record: asOf(record, now, publishedAt(record, now)) };
    throw refusal('UNSUPPORTED', `run ${now.run} is live, but its control record is gone: restore the control index`);
  };
  const stored = async (call: Call) => {
    const runs = (await aliases.runs(call)).filter((run) => run !== GENESIS).sort();
    const found = await records.getMany(runs.map(generationKey), call);
    return found.flatMap((one) => (one === undefined ? [] : [one.value]));
  };
  return {
    pointer,
    live,
    async all(call) {
      const { pointer: now, record } = await live(call);
      return (await stored(call)).map((one) => asOf(one, now, lastPublication(record).at));
    },
    async behind(now, call) {
      return (await stored(call)).filter((one) => isBehind(one, now)).map(({ run }) => run);
    },
  };
}

export function toLive({ pointer, record }: { pointer: Pointer; record: GenerationRecord }): Live {
  return { generation: toGeneration(record), epoch: pointer.epoch, floor: pointer.floor };
}

export const toGenerations = (records: readonly GenerationRecord[]): readonly Generation[] => records.map(toGeneration);

/** A publisher that died after it moved the aliases left the records one step behind: this is where they belong. */
export function asOf(record: GenerationRecord, pointer: Pointer, liveSince: string): GenerationRecord {
  if (record.run === pointer.run) return published(record, { epoch: pointer.epoch, at: liveSince });
  if (record.state !== 'live') return record;
  return { ...record, state: pointer.floor === pointer.epoch ? 'withdrawn' : 'retired', retiredAt: liveSince };
}

function isBehind(record: GenerationRecord, pointer: Pointer): boolean {
  if (record.run !== pointer.run) return record.state === 'live';
  return record.state !== 'live' || lastPublication(record).epoch !== pointer.epoch;
}

function published(record: GenerationRecord, publication: { epoch: number; at: string }): GenerationRecord {
  const { retiredAt: _, publishing: __, ...rest } = record;
  const known = lastPublication(record).epoch === publication.epoch;
  return { ...rest, state: 'live', publications: known ? record.publications : [...record.publications, publication] };
}

function publishedAt(record: GenerationRecord, pointer: Pointer): string {
  if (record.publishing?.epoch === pointer.epoch) return record.publishing.at;
  return lastPublication(record).epoch === pointer.epoch ? lastPublication(record).at : new Date().toISOString();
}
