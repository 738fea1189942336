/** The part records of one run, as this job saw them last. */
import type { Manifest } from '@segment-store/contract/manifest';
import type { Call } from '@segment-store/resilience/operation';
import { sumOutcomes } from './outcomes.ts';
import { outcomesOf, type PartRecord } from './part-record.ts';
import { partKey, type Records, type Versioned } from './records.ts';
import type { RunOutcomes } from './store.ts';

type Seen = Versioned<PartRecord> | undefined;

export class Ledger {
  readonly #manifest: Manifest;
  readonly #records: Records;
  readonly #seen: Seen[];

  constructor(manifest: Manifest, records: Records) {
    this.#manifest = manifest;
    this.#records = records;
    this.#seen = manifest.parts.map(() => undefined);
  }

  /** Every part, by its place in the manifest. */
  get parts(): readonly Seen[] {
    return this.#seen;
  }

  /** Parts that are neither finished nor failed. */
  get unfinished(): number {
    return this.#seen.filter((seen) => !isOver(seen)).length;
  }

  /** What this job knows first hand. */
  note(index: number, seen: Seen): void {
    this.#seen[index] = seen;
  }

  /** Reads what may have changed: a finished part stays what it is. */
  async refresh(call: Call): Promise<void> {
    const open = [...this.#seen.keys()].filter((index) => this.#seen[index]?.value.state !== 'finished');
    const keys = open.map((index) => partKey(this.#manifest.run, index));
    const found = await this.#records.getMany(keys, call);
    for (const [place, index] of open.entries()) this.#seen[index] = found[place];
  }

  outcomes(): RunOutcomes {
    const parts = this.#manifest.parts.map((part, index) => {
      const record = this.#seen[index]?.value;
      const failure = record?.state === 'failed' ? { failure: record.failure } : {};
      return { part, state: record?.state ?? ('waiting' as const), outcomes: outcomesOf(record), ...failure };
    });
    return { total: sumOutcomes(parts.map(({ outcomes }) => outcomes)), parts };
  }
}

/** Whoever loads it: nothing more comes of it by itself. */
export function isOver(seen: Seen): boolean {
  return seen?.value.state === 'finished' || seen?.value.state === 'failed';
}
