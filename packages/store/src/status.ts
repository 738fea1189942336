/** How far a run is, whoever works on it. */
import { toGeneration } from './generation.ts';
import type { Holder } from './holder.ts';
import type { PartRecord } from './part-record.ts';
import type { GenerationRecord } from './records.ts';
import type { Job, PartStatus, RunStatus } from './store.ts';

export function toStatus(record: GenerationRecord, parts: readonly (PartRecord | undefined)[]): RunStatus {
  return {
    generation: toGeneration(record),
    ...(record.closer !== undefined && { closer: toJob(record.closer) }),
    parts: parts.map(toPartStatus),
    lastSeenAt: lastSeenAt(record, parts),
  };
}

function toPartStatus(part: PartRecord | undefined, index: number): PartStatus {
  switch (part?.state) {
    case undefined:
      return { index, state: 'waiting' };
    case 'begun': {
      const { state, key, acknowledged, holder } = part;
      return { index, state, key, acknowledged, ...(holder !== undefined && { job: toJob(holder) }) };
    }
    case 'finished':
      return { index, state: part.state, key: part.key, outcomes: part.outcomes };
    case 'failed':
      return { index, state: part.state, key: part.key, outcomes: part.reached.outcomes, failure: part.failure };
  }
}

function toJob({ owner, pid, host, until }: Holder): Job {
  return { owner, pid, host, until: new Date(until) };
}

/** A lease that was never given back ends later than it was renewed: a build is abandoned only after it. */
function lastSeenAt(record: GenerationRecord, parts: readonly (PartRecord | undefined)[]): Date {
  const ofParts = parts.flatMap((part) => (part?.state === 'begun' ? [part.at, part.holder?.until] : [part?.at]));
  const times = [record.createdAt, record.closer?.until, ...ofParts].map((time) => Date.parse(time ?? ''));
  return new Date(Math.max(0, ...times.filter((time) => !Number.isNaN(time))));
}
