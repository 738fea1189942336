/** The generation record of a build: any number of jobs join it, none owns it. */
import type { RunId } from '@segment-store/contract/id';
import type { Manifest } from '@segment-store/contract/manifest';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { newGeneration } from './generation.ts';
import { amend, type GenerationRecord, generationKey, type Records, type Versioned } from './records.ts';
import { refusal } from './refusal.ts';

export interface JoiningTerms {
  readonly records: Records;
  /** CONFLICT when there are documents of a run that nobody has a record of. */
  checkVacant(run: RunId, call: Call): Promise<void>;
}

export async function join(manifest: Manifest, terms: JoiningTerms, call: Call): Promise<GenerationRecord> {
  const key = generationKey(manifest.run);
  for (;;) {
    const found = await terms.records.get(key, call);
    if (found !== undefined) return checkSame(found.value, manifest);
    const vacancy = await Promise.allSettled([terms.checkVacant(manifest.run, call)]);
    // Another job may have come first, and made what we found.
    if (vacancy[0].status === 'rejected') {
      if ((await terms.records.get(key, call)) !== undefined) continue;
      throw vacancy[0].reason;
    }
    const value = newGeneration(manifest);
    if (await terms.records.put(key, { value, version: undefined }, call)) return value;
  }
}

/** @throws Failure CONFLICT when the run was aborted or removed since this job joined */
export async function look(records: Records, run: RunId, call: Call): Promise<Versioned<GenerationRecord>> {
  const found = await records.get(generationKey(run), call);
  return { version: found?.version ?? '', value: present(run, found?.value) };
}

/** The run may have been taken away under a job: then this is why its work failed. */
export async function explained(
  error: unknown,
  { records, run }: { readonly records: Records; readonly run: RunId },
  call: Call,
): Promise<unknown> {
  if (!isFailure(error) || (error.code !== 'CONFLICT' && error.code !== 'NOT_FOUND')) return error;
  return look(records, run, call).then(
    () => error,
    (reason) => reason,
  );
}

/** The record of a build that still takes lines, changed. */
export function amendBuild(
  { records, run }: { readonly records: Records; readonly run: RunId },
  change: (record: GenerationRecord) => GenerationRecord,
  call: Call,
): Promise<GenerationRecord> {
  return amend(records, { key: generationKey(run), change: (record) => change(present(run, record)) }, call);
}

function present(run: RunId, record: GenerationRecord | undefined): GenerationRecord {
  if (record !== undefined && !record.removing) return record;
  throw refusal('CONFLICT', `run ${run} was aborted or removed: load it again if it is wanted`);
}

function checkSame(record: GenerationRecord, manifest: Manifest): GenerationRecord {
  if (record.manifestHash !== manifest.hash) {
    const [was, is] = [record.manifestHash.slice(0, 12), manifest.hash.slice(0, 12)];
    const way = 'a run never changes: give the new calculation a new run id';
    throw refusal('CONFLICT', `run ${record.run} was loaded from manifest ${was}…, this one is ${is}…; ${way}`);
  }
  if (record.removing) throw refusal('CONFLICT', `run ${record.run} is being removed: finish that, then load it again`);
  return record;
}
