/** The end of a build: one job closes it, and holds the run until it has published it or let go of it. */
import type { RunId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import { createPatience, patiently, pause } from '@segment-store/resilience/patience';
import type { Contents } from './contents.ts';
import type { Documents } from './documents.ts';
import { hashingWith } from './erased-list.ts';
import { eraseAndSeal, erasedBefore, type SealTerms } from './erasing.ts';
import { makeErasureKey } from './erasure-key.ts';
import { isPublished } from './generation.ts';
import { Watch } from './holder.ts';
import { explained, look } from './joining.ts';
import { claim, type Lease, type LeaseTerms, type Seat } from './lease.ts';
import type { Ledger } from './ledger.ts';
import { storedIn } from './outcomes.ts';
import { type GenerationRecord, generationKey } from './records.ts';
import { refusal } from './refusal.ts';
import type { Outcomes } from './store.ts';

/** How often one who waits for the closer looks. */
const LOOK_MS = 1_000;

export interface ClosingTerms extends LeaseTerms {
  readonly run: RunId;
  /** This job. */
  readonly owner: string;
  readonly ledger: Ledger;
  readonly contents: Contents;
  readonly documents: Documents;
  readonly patienceMs: number;
}

export class Closing implements AsyncDisposable {
  readonly #terms: ClosingTerms;
  readonly #call: Call;
  #lease: Lease<GenerationRecord> | undefined;

  constructor(terms: ClosingTerms, call: Call) {
    this.#terms = terms;
    this.#call = call;
  }

  /** Sealed or published, by this job or another. */
  async seal(): Promise<GenerationRecord> {
    if (this.#lease === undefined) {
      const taken = await this.#take();
      if (taken.lease === undefined) return taken.record;
      this.#lease = taken.lease;
    }
    const lease = this.#lease;
    if (lease.record.state !== 'building') return lease.record;
    try {
      return await this.#close(lease);
    } catch (error) {
      this.#lease = undefined;
      await lease[Symbol.asyncDispose]();
      throw await explained(error, this.#terms, this.#call);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lease?.[Symbol.asyncDispose]();
  }

  async #take(): Promise<{ readonly record: GenerationRecord; readonly lease?: Lease<GenerationRecord> }> {
    const { run, owner, records, lives, leaseMs } = this.#terms;
    const watch = new Watch(lives);
    const seat = closerSeat(run);
    for (;;) {
      const from = await this.#patiently(() => look(records, run, this.#call), this.#call);
      if (isPublished(from.value)) return { record: from.value };
      if (watch.isHeld(run, from.value.closer)) {
        await pause(Math.min(LOOK_MS, leaseMs / 6), this.#call);
        continue;
      }
      const lease = await this.#patiently(() => claim({ seat, owner, from }, this.#terms, this.#call), this.#call);
      if (lease !== undefined) return { record: lease.record, lease };
    }
  }

  async #close(lease: Lease<GenerationRecord>): Promise<GenerationRecord> {
    const call = { ...this.#call, signal: AbortSignal.any([this.#call.signal, lease.lost]) };
    const { contents } = this.#terms;
    const erasures = this.#erasures(lease, call);
    const outcomes = await this.#reconcile(lease.record, erasures, call);
    await this.#patiently(() => contents.close(call), call);
    // Nothing can be written from here on; a job that retries failed parts may have come in between.
    await this.#checkParts(call);
    return this.#patiently(() => eraseAndSeal(erasures, (record) => sealed(record, outcomes), call), call);
  }

  #erasures(lease: Lease<GenerationRecord>, call: Call): SealTerms {
    const { documents, run, records } = this.#terms;
    const amend: SealTerms['amend'] = (change) => lease.amend(change, call);
    const hashing: SealTerms['hashing'] = async (hashCall) => hashingWith(await makeErasureKey(records, hashCall));
    return { documents, amend, hashing, read: async () => (await look(records, run, call)).value };
  }

  async #reconcile(record: GenerationRecord, erasures: SealTerms, call: Call): Promise<Outcomes> {
    const { run, ledger, contents } = this.#terms;
    await this.#checkParts(call);
    if (!record.catalogued) throw refusal('CONFLICT', `run ${run} has no catalogue yet: load it first`);
    const { total } = ledger.outcomes();
    const counted = await this.#patiently(() => contents.count(call), call);
    const erased = await this.#patiently(() => erasedBefore(erasures, call), call);
    checkCount(run, 'members', { stored: counted.members, expected: storedIn(total) - erased });
    checkCount(run, 'segments', { stored: counted.segments, expected: record.segments });
    return total;
  }

  async #checkParts(call: Call): Promise<void> {
    const { run, ledger } = this.#terms;
    await this.#patiently(() => ledger.refresh(call), call);
    const open = ledger.unfinished;
    if (open > 0) throw refusal('CONFLICT', `run ${run} has ${open} unfinished parts: load them before sealing`);
  }

  #patiently<T>(work: () => Promise<T>, call: Call): Promise<T> {
    return patiently(work, createPatience(this.#terms.patienceMs), call);
  }
}

function sealed(record: GenerationRecord, outcomes: Outcomes): GenerationRecord {
  const { erasedAtSeal = [] } = record;
  const memberships = erasedAtSeal.reduce((sum, one) => sum + one.memberships, 0);
  return {
    ...record,
    state: 'sealed',
    outcomes,
    members: storedIn(outcomes) - erasedAtSeal.length,
    memberships: outcomes.memberships - memberships,
  };
}

function closerSeat(run: RunId): Seat<GenerationRecord> {
  const what = `the seal of run ${run}`;
  return {
    key: generationKey(run),
    what,
    holder: ({ closer }) => closer,
    take(record, closer) {
      if (record === undefined || record.removing) throw refusal('CONFLICT', `run ${run} was aborted or removed`);
      return { ...record, closer };
    },
    leave: ({ closer: _, ...record }) => record,
  };
}

function checkCount(run: string, what: string, { stored, expected }: { stored: number; expected: number }): void {
  if (stored === expected) return;
  const way = 'remove the run and load it again';
  throw refusal('MISCOUNT', `run ${run}: the store counts ${stored} ${what}, ${expected} were written; ${way}`);
}
