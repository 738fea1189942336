/** The build of one run: its lease, its parts and its seal. Where documents go is the database's `Contents`. */
import type { Segment } from '@segment-store/contract/lines';
import type { Manifest, Part } from '@segment-store/contract/manifest';
import type { Call, Operation } from '@segment-store/resilience/operation';
import { isPublished, toGeneration } from './generation.ts';
import { claim, type Lease, type LeaseTerms } from './lease.ts';
import { createPatience, patiently } from './patience.ts';
import { amend, type GenerationRecord, type PartRecord, partKey } from './records.ts';
import { refusal } from './refusal.ts';
import type { Build, Generation, Lines, Tally } from './store.ts';
import { nothing, sumOutcomes, toOutcomes } from './tally.ts';

/** The documents of one generation while it is built. */
export interface Contents extends AsyncDisposable {
  /** Replaces what an earlier attempt wrote; settles with the number of segments. */
  catalogue(segments: AsyncIterable<Segment>, call: Call): Promise<number>;
  readonly write: Operation<Lines & { readonly attempted: boolean }, Tally>;
  /** Settles once everything written is on disk. */
  flush(call: Call): Promise<void>;
  count(call: Call): Promise<{ readonly members: number; readonly segments: number }>;
  /** Nothing can be written any more. */
  close(call: Call): Promise<void>;
}

export interface BuildTerms extends LeaseTerms {
  /** How long the control records are retried. */
  readonly patienceMs: number;
  /** `isNew`: no job has built this run before. */
  contents(manifest: Manifest, isNew: boolean, call: Call): Promise<Contents>;
}

export async function openBuild(manifest: Manifest, terms: BuildTerms, call: Call): Promise<Build> {
  const { record, lease, isNew } = await claim(manifest, terms, call);
  if (lease === undefined) return new FinishedBuild(record);
  const bound = { ...call, signal: AbortSignal.any([call.signal, lease.lost]) };
  try {
    const contents = record.state === 'building' ? await terms.contents(manifest, isNew, bound) : undefined;
    if (contents === undefined) return new FinishedBuild(record, lease);
    return new OpenBuild(manifest, { record, lease, contents, terms }, bound);
  } catch (error) {
    await lease[Symbol.asyncDispose]();
    throw error;
  }
}

interface OpenBuildParts {
  readonly record: GenerationRecord;
  readonly lease: Lease;
  readonly contents: Contents;
  readonly terms: BuildTerms;
}

class OpenBuild implements Build {
  readonly write: Build['write'];
  readonly #manifest: Manifest;
  readonly #lease: Lease;
  readonly #contents: Contents;
  readonly #terms: BuildTerms;
  readonly #call: Call;
  #record: GenerationRecord;

  constructor(manifest: Manifest, { record, lease, contents, terms }: OpenBuildParts, call: Call) {
    this.#manifest = manifest;
    this.#record = record;
    this.#lease = lease;
    this.#contents = contents;
    this.#terms = terms;
    this.#call = call;
    this.write = (lines, { signal, deadlineAt }) =>
      contents.write(lines, { signal: AbortSignal.any([signal, call.signal]), deadlineAt });
  }

  get state(): Build['state'] {
    return this.#record.state === 'building' ? 'building' : 'sealed';
  }

  async catalogue(segments: AsyncIterable<Segment>): Promise<void> {
    const count = await this.#contents.catalogue(segments, this.#call);
    await this.#amend((record) => ({ ...record, segments: count, catalogued: true }));
  }

  async unfinished(): Promise<readonly Part[]> {
    const records = await this.#partRecords();
    return this.#manifest.parts.filter((_, index) => records[index]?.state !== 'finished');
  }

  async begin(part: Part): Promise<{ readonly attempted: boolean }> {
    let attempted = false;
    const { owner } = this.#lease;
    await this.#checkLease();
    await this.#amendPart(part, (record) => {
      if (record?.state === 'finished') throw refusal('CONFLICT', `part ${part.key} of ${this.#run} is finished`);
      attempted = record !== undefined;
      return { state: 'begun', owner };
    });
    return { attempted };
  }

  async finish(part: Part, tally: Tally): Promise<void> {
    const { owner } = this.#lease;
    await this.#contents.flush(this.#call);
    await this.#checkLease();
    await this.#amendPart(part, (record) => {
      if (record?.owner !== owner) throw refusal('HELD', `part ${part.key} of ${this.#run} was begun by another job`);
      return { state: 'finished', owner, outcomes: toOutcomes(tally) };
    });
  }

  async seal(): Promise<Generation> {
    if (this.#record.state === 'building') {
      const outcomes = await this.#reconcile();
      await patiently(() => this.#contents.close(this.#call), this.#patience(), this.#call);
      const members = outcomes.created + outcomes.replayed;
      const sealed = { state: 'sealed', outcomes, members, memberships: outcomes.memberships } as const;
      await this.#amend((record) => ({ ...record, ...sealed }));
    }
    return toGeneration(this.#record);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#contents[Symbol.asyncDispose]();
    await this.#lease[Symbol.asyncDispose]();
  }

  get #run(): string {
    return this.#manifest.run;
  }

  async #reconcile(): Promise<NonNullable<GenerationRecord['outcomes']>> {
    const records = await this.#partRecords();
    const open = records.filter((record) => record?.state !== 'finished').length;
    if (open > 0) throw refusal('CONFLICT', `run ${this.#run} has ${open} unfinished parts: load them before sealing`);
    if (!this.#record.catalogued) throw refusal('CONFLICT', `run ${this.#run} has no catalogue yet: load it first`);
    const outcomes = sumOutcomes(records.map((record) => record?.outcomes ?? nothing));
    const counted = await patiently(() => this.#contents.count(this.#call), this.#patience(), this.#call);
    checkCount(this.#run, 'members', { stored: counted.members, expected: outcomes.created + outcomes.replayed });
    checkCount(this.#run, 'segments', { stored: counted.segments, expected: this.#record.segments });
    return outcomes;
  }

  async #checkLease(): Promise<void> {
    await patiently(() => this.#lease.check(this.#call), this.#patience(), this.#call);
  }

  #partRecords(): Promise<readonly (PartRecord | undefined)[]> {
    const keys = this.#manifest.parts.map((_, index) => partKey(this.#manifest.run, index));
    return patiently(() => this.#terms.records.getMany(keys, this.#call), this.#patience(), this.#call);
  }

  async #amend(change: (record: GenerationRecord) => GenerationRecord): Promise<void> {
    this.#record = await patiently(() => this.#lease.amend(change, this.#call), this.#patience(), this.#call);
  }

  async #amendPart(part: Part, change: (record: PartRecord | undefined) => PartRecord): Promise<void> {
    const index = this.#manifest.parts.findIndex(({ key }) => key === part.key);
    if (index < 0) throw refusal('NOT_FOUND', `run ${this.#run} has no part ${part.key}`);
    const key = partKey(this.#manifest.run, index);
    await patiently(() => amend(this.#terms.records, { key, change }, this.#call), this.#patience(), this.#call);
  }

  #patience() {
    return createPatience(this.#terms.patienceMs);
  }
}

/** Of a run that was sealed or published before: nothing is left to write. */
class FinishedBuild implements Build {
  readonly #record: GenerationRecord;
  readonly #lease: Lease | undefined;

  constructor(record: GenerationRecord, lease?: Lease) {
    this.#record = record;
    this.#lease = lease;
  }

  get state(): Build['state'] {
    return isPublished(this.#record) ? 'published' : 'sealed';
  }

  catalogue(): Promise<void> {
    return Promise.resolve();
  }

  unfinished(): Promise<readonly Part[]> {
    return Promise.resolve([]);
  }

  begin(): Promise<never> {
    return Promise.reject(this.#refuse());
  }

  write(): Promise<never> {
    return Promise.reject(this.#refuse());
  }

  finish(): Promise<never> {
    return Promise.reject(this.#refuse());
  }

  seal(): Promise<Generation> {
    return Promise.resolve(toGeneration(this.#record));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lease?.[Symbol.asyncDispose]();
  }

  #refuse(): Error {
    return refusal('CONFLICT', `run ${this.#record.run} is ${this.#record.state}: it takes no more lines`);
  }
}

function checkCount(run: string, what: string, { stored, expected }: { stored: number; expected: number }): void {
  if (stored === expected) return;
  const way = 'remove the run and load it again';
  throw refusal('MISCOUNT', `run ${run}: the store counts ${stored} ${what}, ${expected} were written; ${way}`);
}
