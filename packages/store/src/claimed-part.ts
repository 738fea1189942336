/** One part while it is this job's. */
import type { Part } from '@segment-store/contract/manifest';
import type { Call, Operation } from '@segment-store/resilience/operation';
import { systemTime } from '@segment-store/resilience/time';
import type { Lease } from './lease.ts';
import { acknowledged, failed, finished, type PartRecord, type Settlement } from './part-record.ts';
import type { ClaimedPart, Lines, Outcomes, PartFailure, Tally } from './store.ts';

/** How often an acknowledgement is kept, in parts of a lease: what a killed job repeats at most. */
const KEPT_EACH = 1 / 12;

export interface ClaimTerms {
  readonly part: Part;
  readonly lease: Lease<PartRecord>;
  readonly attempted: boolean;
  readonly write: Operation<Lines & { readonly attempted: boolean }, Tally>;
  /** Settles once everything written is on disk. */
  flush(call: Call): Promise<void>;
  /** Tries until it works, for as long as the build has patience. */
  patiently<T>(work: () => Promise<T>, call: Call): Promise<T>;
  /** Why a write failed may be that the run is gone. */
  explained(error: unknown): Promise<unknown>;
  /** The part is this job's no more. */
  onEnd(): void;
}

export function createClaim(terms: ClaimTerms, call: Call): ClaimedPart {
  return new Claim(terms, call);
}

class Claim implements ClaimedPart {
  readonly part: Part;
  readonly signal: AbortSignal;
  readonly attempted: boolean;
  readonly acknowledged: Settlement;
  readonly write: ClaimedPart['write'];
  readonly #terms: ClaimTerms;
  readonly #call: Call;
  /** First lines of writes that are under way or have failed. */
  readonly #unsettled = new Set<number>();
  #settled: Settlement;
  #keptAt = systemTime.now();

  constructor(terms: ClaimTerms, call: Call) {
    const { part, lease, attempted } = terms;
    this.part = part;
    this.signal = AbortSignal.any([call.signal, lease.lost]);
    this.attempted = attempted;
    this.acknowledged = settledBy(lease.record);
    this.#settled = this.acknowledged;
    this.#terms = terms;
    this.#call = { ...call, signal: this.signal };
    this.write = (lines, writing) => this.#write(lines, writing);
  }

  async acknowledge(offset: number, outcomes: Outcomes): Promise<void> {
    if (Math.min(...this.#unsettled) < offset) return;
    this.#settled = { offset, outcomes };
    if (systemTime.now() - this.#keptAt < this.#terms.lease.ms * KEPT_EACH) return;
    this.#keptAt = systemTime.now();
    const settled = this.#settled;
    await this.#change((lease, call) => lease.amend((record) => acknowledged(record, settled), call));
  }

  async finish(outcomes: Outcomes): Promise<void> {
    const { owner } = this.#terms.lease;
    await this.#change((lease, call) => lease.end((record) => finished(record, owner, outcomes), call));
    this.#terms.onEnd();
  }

  async fail(outcomes: Outcomes, { code, message }: PartFailure): Promise<void> {
    const { owner } = this.#terms.lease;
    const failing = { reached: { offset: this.#settled.offset, outcomes }, failure: { code, message } };
    await this.#change((lease, call) => lease.end((record) => failed(record, owner, failing), call));
    this.#terms.onEnd();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const settled = this.#settled;
    await this.#terms.lease.release((record) => acknowledged(record, settled));
    this.#terms.onEnd();
  }

  async #write(lines: Lines, { signal, deadlineAt }: Call): Promise<Tally> {
    const first = lines.offsets[0] ?? lines.offset;
    this.#unsettled.add(first);
    try {
      const { attempted } = this;
      const writing = { signal: AbortSignal.any([signal, this.signal]), deadlineAt };
      const tally = await this.#terms.write({ ...lines, attempted }, writing);
      this.#unsettled.delete(first);
      return tally;
    } catch (error) {
      throw await this.#terms.explained(error);
    }
  }

  /** What is on disk only may be written down. */
  async #change(work: (lease: Lease<PartRecord>, call: Call) => Promise<unknown>): Promise<void> {
    const { lease, flush, patiently } = this.#terms;
    await flush(this.#call);
    await patiently(() => work(lease, this.#call), this.#call);
  }
}

function settledBy(record: PartRecord): Settlement {
  if (record.state === 'begun') return record.acknowledged;
  throw new Error(`part ${record.key} is claimed, but its record says ${record.state}`);
}
