/** Which part this job takes next, and waiting while there is none. */
import type { Manifest, Part } from '@segment-store/contract/manifest';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { createPatience, patiently, pause } from '@segment-store/resilience/patience';
import { createClaim } from './claimed-part.ts';
import type { Contents } from './contents.ts';
import { type Holder, Watch } from './holder.ts';
import { explained, look } from './joining.ts';
import { claim, type Lease, type LeaseTerms, type Seat } from './lease.ts';
import { isOver, type Ledger } from './ledger.ts';
import { begun, letGo, type PartRecord } from './part-record.ts';
import type { Pointer } from './publication.ts';
import { type GenerationRecord, partKey, type Versioned } from './records.ts';
import { type Reopening, reopen } from './reopening.ts';
import type { ClaimedPart, PartsOptions } from './store.ts';

/** How often a job without a part to load looks at those of others. */
const LOOK_MS = 2_000;
/** Parts in a row that another job took first: others work here, so look again and begin elsewhere. */
const LOST_IN_A_ROW = 3;

export interface ClaimsTerms extends LeaseTerms {
  readonly manifest: Manifest;
  /** This job. */
  readonly owner: string;
  readonly ledger: Ledger;
  readonly contents: Contents;
  readonly patienceMs: number;
  /** What is live. */
  pointer(call: Call): Promise<Pointer>;
  onLook(record: GenerationRecord): void;
}

/** Of a part that failed. */
interface Retry {
  readonly index: number;
  readonly lease: Lease<PartRecord>;
  /** As it was before. */
  readonly from: Versioned<PartRecord>;
}

export class Claims implements AsyncDisposable {
  readonly #terms: ClaimsTerms;
  readonly #call: Call;
  readonly #watch: Watch;
  /** Parts of this job, by their place in the manifest; undefined while one is being claimed. */
  readonly #mine = new Map<number, ClaimedPart | undefined>();
  #changed = Promise.withResolvers<void>();
  #hasLooked = false;

  constructor(terms: ClaimsTerms, call: Call) {
    this.#terms = terms;
    this.#call = call;
    this.#watch = new Watch(terms.lives);
  }

  async *parts(options: PartsOptions, { signal, deadlineAt }: Call): AsyncGenerator<ClaimedPart, void> {
    const call = { signal: AbortSignal.any([signal, this.#call.signal]), deadlineAt };
    const retried = new Set<number>();
    for (;;) {
      const seen = await this.#look(call);
      const { state, run, closer } = seen.value;
      if (state !== 'building') {
        const reopening = await this.#reopen(seen, { options, retried }, call);
        if (reopening === 'over') return;
        if (reopening === 'later') await this.#wait(call);
        continue;
      }
      const isClosing = this.#watch.isHeld(run, closer);
      const claimed = isClosing ? 0 : yield* this.#claimAll(this.#candidates(options, retried), retried, call);
      if (claimed > 0) continue;
      if (this.#isDone(options, retried)) return;
      await this.#wait(call);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#mine.values()].map((part) => part?.[Symbol.asyncDispose]()));
  }

  /** Hands out those it gets; returns their number. */
  async *#claimAll(
    candidates: readonly number[],
    retried: Set<number>,
    call: Call,
  ): AsyncGenerator<ClaimedPart, number> {
    let [claimed, lost] = [0, 0];
    for (const index of candidates) {
      if (lost === LOST_IN_A_ROW) break;
      if (this.#mine.has(index)) continue;
      const isRetry = this.#terms.ledger.parts[index]?.value.state === 'failed';
      const part = await this.#claim(index, call);
      lost = part === undefined ? lost + 1 : 0;
      if (part === undefined) continue;
      claimed += 1;
      if (isRetry) retried.add(index);
      yield part;
    }
    if (lost > 0) this.#hasLooked = false;
    return claimed;
  }

  async #claim(index: number, call: Call): Promise<ClaimedPart | undefined> {
    this.#mine.set(index, undefined);
    try {
      await this.#patiently(() => this.#terms.contents.prepare(this.#call), this.#call);
      const from = this.#terms.ledger.parts[index];
      const lease = await this.#patiently(() => this.#lease(index, call), call);
      if (lease === undefined) return this.#forget(index);
      if (from?.value.state === 'failed' && !(await this.#takeUp({ index, lease, from }, call))) {
        return this.#forget(index);
      }
      const part = this.#toPart(index, lease, from !== undefined);
      this.#mine.set(index, part);
      return part;
    } catch (error) {
      this.#forget(index);
      throw error;
    }
  }

  /**
   * False, and the part failed as it was, when the build takes no lines now. A closer says so before it looks at the
   * parts, and we look after we took one: so one of us sees the other.
   */
  async #takeUp({ index, lease, from }: Retry, call: Call): Promise<boolean> {
    const { records, manifest, contents, ledger } = this.#terms;
    let isOurs = false;
    try {
      const { value } = await this.#patiently(() => look(records, manifest.run, call), call);
      if (value.state !== 'building' || this.#watch.isHeld(manifest.run, value.closer)) return false;
      await this.#patiently(() => contents.reopen(call), call);
      isOurs = true;
      return true;
    } finally {
      if (!isOurs) await lease.release(() => from.value);
      ledger.note(index, lease.known);
    }
  }

  async #lease(index: number, call: Call): Promise<Lease<PartRecord> | undefined> {
    const { manifest, owner, ledger } = this.#terms;
    const seat = partSeat(manifest, index);
    call.signal.throwIfAborted();
    // Not to be stopped on its way: the store may take it all the same, then nobody would let go of it.
    const lease = await claim({ seat, owner, from: ledger.parts[index] }, this.#terms, unlimited);
    if (lease !== undefined) ledger.note(index, lease.known);
    return lease;
  }

  #toPart(index: number, lease: Lease<PartRecord>, attempted: boolean): ClaimedPart {
    const { manifest, contents, ledger, records } = this.#terms;
    const terms = {
      part: partOf(manifest, index),
      lease,
      attempted,
      write: contents.write,
      flush: (call: Call) => contents.flush(call),
      patiently: <T>(work: () => Promise<T>, call: Call) => this.#patiently(work, call),
      explained: (error: unknown) => explained(error, { records, run: manifest.run }, this.#call),
      onEnd: () => {
        ledger.note(index, lease.known);
        this.#forget(index);
      },
    };
    return createClaim(terms, this.#call);
  }

  #forget(index: number): undefined {
    this.#mine.delete(index);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Only for a part that failed, as it is now. */
  async #reopen(
    seen: Versioned<GenerationRecord>,
    { options, retried }: { readonly options: PartsOptions; readonly retried: ReadonlySet<number> },
    call: Call,
  ): Promise<Reopening> {
    const { ledger, manifest } = this.#terms;
    if (!options.retryFailed) return 'over';
    await this.#patiently(() => ledger.refresh(call), call);
    if (this.#isDone(options, retried)) return 'over';
    const terms = { ...this.#terms, run: manifest.run, watch: this.#watch };
    return this.#patiently(() => reopen(terms, seen, call), call);
  }

  async #look(call: Call): Promise<Versioned<GenerationRecord>> {
    const { records, manifest, ledger, onLook } = this.#terms;
    const seen = await this.#patiently(() => look(records, manifest.run, call), call);
    onLook(seen.value);
    const ofOthers = ledger.parts.some((seen, index) => !isOver(seen) && !this.#mine.has(index));
    if (ofOthers || !this.#hasLooked) await this.#patiently(() => ledger.refresh(call), call);
    this.#hasLooked = true;
    return seen;
  }

  /** From the start as long as this job is alone; beside others each begins somewhere else. */
  #candidates({ preferred = () => false, retryFailed }: PartsOptions, retried: ReadonlySet<number>): readonly number[] {
    const all = [...this.#terms.ledger.parts.keys()];
    const free = all.filter((index) => !this.#mine.has(index) && this.#isFree(index, retryFailed, retried));
    const isAlone = all.every((index) => this.#holderOf(index) === undefined || this.#mine.has(index));
    const from = isAlone ? 0 : Math.floor(Math.random() * free.length);
    const order = [...free.slice(from), ...free.slice(0, from)];
    return [...order.filter((index) => preferred(index)), ...order.filter((index) => !preferred(index))];
  }

  #isFree(index: number, retryFailed: boolean | undefined, retried: ReadonlySet<number>): boolean {
    switch (this.#terms.ledger.parts[index]?.value.state) {
      case undefined:
        return true;
      case 'begun':
        return this.#holderOf(index) === undefined;
      case 'failed':
        return retryFailed === true && !retried.has(index);
      case 'finished':
        return false;
    }
  }

  /** Another job that lives, as far as anybody can tell. */
  #holderOf(index: number): Holder | undefined {
    const record = this.#terms.ledger.parts[index]?.value;
    if (record?.state !== 'begun' || record.holder?.owner === this.#terms.owner) return undefined;
    return this.#watch.isHeld(`${index}`, record.holder) ? record.holder : undefined;
  }

  #isDone({ retryFailed }: PartsOptions, retried: ReadonlySet<number>): boolean {
    const { parts } = this.#terms.ledger;
    return parts.every((seen, index) => isOver(seen) && !this.#isFree(index, retryFailed, retried));
  }

  /** Until a part of this job ends, or it is time to look at those of others. */
  async #wait(call: Call): Promise<void> {
    const over = new AbortController();
    const ms = Math.min(LOOK_MS, this.#terms.leaseMs / 6);
    const pausing = pause(ms, { ...call, signal: AbortSignal.any([call.signal, over.signal]) });
    try {
      await Promise.race([pausing, this.#changed.promise]);
    } finally {
      over.abort();
      await pausing.catch(() => {});
    }
  }

  #patiently<T>(work: () => Promise<T>, call: Call): Promise<T> {
    return patiently(work, createPatience(this.#terms.patienceMs), call);
  }
}

function partSeat(manifest: Manifest, index: number): Seat<PartRecord> {
  const { key } = partOf(manifest, index);
  return {
    key: partKey(manifest.run, index),
    what: `part ${key} of run ${manifest.run}`,
    holder: (record) => (record.state === 'begun' ? record.holder : undefined),
    take: (record, holder) => begun(record, key, holder),
    leave: letGo,
  };
}

function partOf({ run, parts }: Manifest, index: number): Part {
  const part = parts[index];
  if (part === undefined) throw new Error(`run ${run} has no part ${index}`);
  return part;
}
