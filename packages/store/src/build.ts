/** The build of one run, as one job of any number sees it. Where documents go is the database's `Contents`. */
import { randomUUID } from 'node:crypto';
import type { RunId } from '@segment-store/contract/id';
import type { Segment } from '@segment-store/contract/lines';
import type { Manifest } from '@segment-store/contract/manifest';
import type { Call } from '@segment-store/resilience/operation';
import { createPatience, patiently } from '@segment-store/resilience/patience';
import { Claims } from './claims.ts';
import { Closing } from './closing.ts';
import type { Contents } from './contents.ts';
import type { Documents } from './documents.ts';
import { isPublished, toGeneration } from './generation.ts';
import { amendBuild, join, look } from './joining.ts';
import type { LeaseTerms } from './lease.ts';
import { Ledger } from './ledger.ts';
import type { Pointer } from './publication.ts';
import type { GenerationRecord } from './records.ts';
import type { Build, ClaimedPart, Generation, PartsOptions, RunOutcomes } from './store.ts';

export interface BuildTerms extends LeaseTerms {
  /** How long the control records are retried. */
  readonly patienceMs: number;
  /** CONFLICT when there are documents of a run that nobody has a record of. */
  checkVacant(run: RunId, call: Call): Promise<void>;
  contents(manifest: Manifest): Contents;
  /** What is live. */
  pointer(call: Call): Promise<Pointer>;
  readonly documents: Documents;
}

export async function openBuild(manifest: Manifest, terms: BuildTerms, call: Call): Promise<Build> {
  return new JobBuild(await join(manifest, terms, call), { manifest, terms }, call);
}

class JobBuild implements Build {
  readonly #manifest: Manifest;
  readonly #terms: BuildTerms;
  readonly #call: Call;
  readonly #contents: Contents;
  readonly #ledger: Ledger;
  readonly #claims: Claims;
  readonly #closing: Closing;
  #record: GenerationRecord;

  constructor(record: GenerationRecord, { manifest, terms }: { manifest: Manifest; terms: BuildTerms }, call: Call) {
    this.#record = record;
    this.#manifest = manifest;
    this.#terms = terms;
    this.#call = call;
    this.#contents = terms.contents(manifest);
    this.#ledger = new Ledger(manifest, terms.records);
    const shared = { ...terms, owner: randomUUID(), ledger: this.#ledger, contents: this.#contents };
    const onLook = (seen: GenerationRecord) => {
      this.#record = seen;
    };
    this.#claims = new Claims({ ...shared, manifest, onLook }, call);
    this.#closing = new Closing({ ...shared, run: manifest.run }, call);
  }

  get state(): Build['state'] {
    if (isPublished(this.#record)) return 'published';
    return this.#record.state === 'building' ? 'building' : 'sealed';
  }

  async catalogue(segments: AsyncIterable<Segment>): Promise<void> {
    const { records } = this.#terms;
    this.#record = (await this.#patiently(() => look(records, this.#manifest.run, this.#call))).value;
    if (this.#record.state !== 'building' || this.#record.catalogued) return;
    await this.#patiently(() => this.#contents.prepare(this.#call));
    const count = await this.#contents.catalogue(segments, this.#call);
    const change = (record: GenerationRecord) => ({ ...record, segments: count, catalogued: true });
    const build = { records, run: this.#manifest.run };
    this.#record = await this.#patiently(() => amendBuild(build, change, this.#call));
  }

  parts(options: PartsOptions, call: Call): AsyncIterable<ClaimedPart> {
    return this.#claims.parts(options, call);
  }

  async seal(): Promise<Generation> {
    this.#record = await this.#closing.seal();
    return toGeneration(this.#record);
  }

  async outcomes(): Promise<RunOutcomes> {
    await this.#patiently(() => this.#ledger.refresh(this.#call));
    return this.#ledger.outcomes();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#claims[Symbol.asyncDispose]();
    await this.#contents[Symbol.asyncDispose]();
    await this.#closing[Symbol.asyncDispose]();
  }

  #patiently<T>(work: () => Promise<T>): Promise<T> {
    return patiently(work, createPatience(this.#terms.patienceMs), this.#call);
  }
}
