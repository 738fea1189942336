import type { RunId } from '@segment-store/contract/id';
import type { Manifest } from '@segment-store/contract/manifest';
import type { GenerationRecord, Publication } from './records.ts';
import { refusal } from './refusal.ts';
import { GENESIS, type Generation } from './store.ts';

/** The record of a run nobody has built yet. */
export function newGeneration(manifest: Manifest): GenerationRecord {
  return {
    run: manifest.run,
    state: 'building',
    manifestHash: manifest.hash,
    computedAt: manifest.computedAt.toISOString(),
    ...(manifest.expectedEvery !== undefined && { expectedEvery: manifest.expectedEvery }),
    parts: manifest.parts.length,
    createdAt: new Date().toISOString(),
    segments: 0,
    catalogued: false,
    members: 0,
    memberships: 0,
    publications: [],
  };
}

/** The empty generation that is live before the first publish; it is in no list. */
export const genesis: GenerationRecord = {
  run: GENESIS,
  state: 'live',
  manifestHash: '',
  computedAt: new Date(0).toISOString(),
  parts: 0,
  segments: 0,
  catalogued: true,
  members: 0,
  memberships: 0,
  publications: [{ epoch: 0, at: new Date(0).toISOString() }],
};

export function toGeneration(record: GenerationRecord): Generation {
  const { run, manifestHash, expectedEvery, segments, members, memberships, erased, erasedAtSeal, verdicts } = record;
  const facts = {
    run,
    computedAt: new Date(record.computedAt),
    manifestHash,
    ...(expectedEvery !== undefined && { expectedEvery }),
    segments,
    members,
    memberships,
    ...(erased !== undefined && { erased: erased.length }),
    ...(erasedAtSeal !== undefined && { erasedAtSeal: erasedAtSeal.length }),
    ...(verdicts !== undefined && verdicts.length > 0 && { verdicts }),
  };
  switch (record.state) {
    case 'live':
      return { ...facts, state: record.state, publishedAt: new Date(lastPublication(record).at) };
    case 'retired':
    case 'withdrawn':
      return { ...facts, state: record.state, retiredAt: new Date(record.retiredAt ?? lastPublication(record).at) };
    default:
      return { ...facts, state: record.state };
  }
}

export function lastPublication(record: GenerationRecord): Publication {
  return record.publications.at(-1) ?? { epoch: 0, at: record.computedAt };
}

/** Publishing ends a build: what was published is never written again. */
export function isPublished({ state }: GenerationRecord): boolean {
  return state === 'live' || state === 'retired' || state === 'withdrawn';
}

/** @throws Failure NOT_FOUND; CONFLICT for one that is not sealed yet */
export function checkReadable(run: RunId, record: GenerationRecord | undefined): GenerationRecord {
  if (run === GENESIS) return record ?? genesis;
  if (record === undefined || record.removing) throw refusal('NOT_FOUND', `no generation of run ${run}: load it first`);
  if (record.state === 'building') throw refusal('CONFLICT', `run ${run} is still being built: seal it first`);
  return record;
}
