/** The right to build one run: a lease in its generation record, renewed every third of its length. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Manifest } from '@segment-store/contract/manifest';
import { isFailure } from '@segment-store/resilience/failure';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { systemTime } from '@segment-store/resilience/time';
import { isPublished, newGeneration } from './generation.ts';
import { pause } from './patience.ts';
import { amend, type GenerationRecord, generationKey, type Holder, type Records } from './records.ts';
import { refusal } from './refusal.ts';

export interface LeaseTerms {
  readonly records: Records;
  readonly leaseMs: number;
  /** False: the holder is known to be dead, so its lease need not be waited out. */
  lives(holder: Holder): boolean;
}

export class Lease implements AsyncDisposable {
  readonly #terms: LeaseTerms;
  readonly #owner: string;
  readonly #run: GenerationRecord['run'];
  readonly #lost = new AbortController();
  #cancelRenewal: () => void = () => {};
  #cancelEnd: () => void = () => {};
  #released = false;

  /** `since`: when the claim was asked for, by our monotonic clock; its `until` is not later than one lease after. */
  constructor({ run, owner, since }: Claimed, terms: LeaseTerms) {
    this.#terms = terms;
    this.#owner = owner;
    this.#run = run;
    this.#endAfter(since);
    this.#renewLater();
  }

  /** Aborts as HELD when another job took the build over, as UNAVAILABLE when the lease ended unrenewed. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** This job, in records. */
  get owner(): string {
    return this.#owner;
  }

  /** HELD when another job holds the build now. */
  async check(call: Call): Promise<void> {
    const record = (await this.#terms.records.get(generationKey(this.#run), call))?.value;
    if (record?.holder?.owner !== this.#owner) throw this.#lose(record?.holder);
  }

  /** Changes the generation record and renews the lease. HELD when another job holds it now. */
  async amend(change: (record: GenerationRecord) => GenerationRecord, call: Call): Promise<GenerationRecord> {
    const mine = (record: GenerationRecord | undefined) => {
      if (record?.holder?.owner !== this.#owner) throw this.#lose(record?.holder);
      return { ...change(record), holder: holderOf(this.#owner, this.#terms.leaseMs) };
    };
    let since = systemTime.now();
    const renewing = (record: GenerationRecord | undefined) => {
      since = systemTime.now();
      return mine(record);
    };
    const amended = await amend(this.#terms.records, { key: generationKey(this.#run), change: renewing }, call);
    this.#endAfter(since);
    return amended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#released = true;
    this.#cancelRenewal();
    this.#cancelEnd();
    const release = (record: GenerationRecord | undefined) => {
      if (record?.holder?.owner !== this.#owner) throw this.#lose(record?.holder);
      const { holder: _, ...rest } = record;
      return rest;
    };
    try {
      await amend(this.#terms.records, { key: generationKey(this.#run), change: release }, unlimited);
    } catch (error) {
      // A lease that cannot be given back ends by itself.
      if (!isFailure(error)) throw error;
    }
  }

  #renewLater(): void {
    if (this.#released || this.lost.aborted) return;
    this.#cancelRenewal = systemTime.after(this.#terms.leaseMs / 3, () => void this.#renew());
  }

  /** Others may take the build over then, whether or not we still reach the store. */
  #endAfter(since: number): void {
    this.#cancelEnd();
    if (this.#released || this.lost.aborted) return;
    const end = () => this.#lost.abort(unrenewed(this.#run, this.#terms.leaseMs));
    this.#cancelEnd = systemTime.after(Math.max(0, since + this.#terms.leaseMs - systemTime.now()), end);
  }

  async #renew(): Promise<void> {
    try {
      await this.amend((record) => record, unlimited);
    } catch {
      // A lost lease has aborted `lost`; an outage is tried again at the next renewal.
    }
    this.#renewLater();
  }

  #lose(holder: Holder | undefined): Error {
    const failure = held(this.#run, holder);
    if (!this.#released) this.#lost.abort(failure);
    return failure;
  }
}

interface Claimed {
  readonly run: GenerationRecord['run'];
  readonly owner: string;
  readonly since: number;
}

function unrenewed(run: string, leaseMs: number): Error {
  const message = `the lease of run ${run} ended: the store took no renewal for ${leaseMs} ms; run again to go on`;
  return refusal('UNAVAILABLE', message, { fault: true });
}

/** Claims the run of `manifest`; no lease when it was published. */
export async function claim(
  manifest: Manifest,
  terms: LeaseTerms,
  call: Call,
): Promise<{ readonly record: GenerationRecord; readonly lease?: Lease; readonly isNew: boolean }> {
  const key = generationKey(manifest.run);
  const owner = randomUUID();
  let rival: Holder | undefined;
  /** A holder's clock may be wrong, but unrenewed for one lease of its own by our clock it is dead. */
  let deadAt = Number.POSITIVE_INFINITY;
  for (;;) {
    const found = await terms.records.get(key, call);
    if (found !== undefined) checkSameRun(found.value, manifest);
    if (found !== undefined && isPublished(found.value)) return { record: found.value, isNew: false };
    const holder = found?.value.holder;
    const leftMs = remainingMs(holder, terms);
    if (leftMs > 0 && rival !== undefined && isOther(rival, holder)) throw held(manifest.run, holder);
    const waitMs = Math.min(leftMs, deadAt - systemTime.now());
    if (waitMs > 0) {
      const leaseMs = holder?.leaseMs ?? terms.leaseMs;
      if (rival === undefined) deadAt = systemTime.now() + leaseMs;
      rival = holder;
      await pause(Math.min(waitMs, leaseMs / 6), call);
      continue;
    }
    const since = systemTime.now();
    const record = { ...(found?.value ?? newGeneration(manifest)), holder: holderOf(owner, terms.leaseMs) };
    if (await terms.records.put(key, { value: record, version: found?.version }, call)) {
      return { record, lease: new Lease({ run: manifest.run, owner, since }, terms), isNew: found === undefined };
    }
  }
}

function remainingMs(holder: Holder | undefined, { lives }: LeaseTerms): number {
  return holder !== undefined && lives(holder) ? Date.parse(holder.until) - Date.now() : 0;
}

export function held(run: string, holder: Holder | undefined): Error {
  const who = holder === undefined ? 'another job' : `process ${holder.pid} on ${holder.host}`;
  return refusal('HELD', `run ${run} is being built by ${who}: wait until it ends, or stop it`);
}

function checkSameRun(record: GenerationRecord, manifest: Manifest): void {
  if (record.manifestHash !== manifest.hash) {
    const [was, is] = [record.manifestHash.slice(0, 12), manifest.hash.slice(0, 12)];
    const way = 'a run never changes: give the new calculation a new run id';
    throw refusal('CONFLICT', `run ${record.run} was loaded from manifest ${was}…, this one is ${is}…; ${way}`);
  }
  if (record.removing) throw refusal('CONFLICT', `run ${record.run} is being removed: finish that, then load it again`);
}

function isOther(rival: Holder, holder: Holder | undefined): boolean {
  return rival.owner !== holder?.owner || rival.until !== holder.until;
}

function holderOf(owner: string, leaseMs: number): Holder {
  return { owner, pid: process.pid, host: hostname(), until: new Date(Date.now() + leaseMs).toISOString(), leaseMs };
}
