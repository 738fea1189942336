/**
 * Generations in a database: three ports, one a trade. Every method rejects with a `Failure` of a code of `refusal.ts`,
 * or as ABORTED when its caller's signal fired.
 */
import type { CustomerId, RunId, SegmentId } from '@segment-store/contract/id';
import type { Member, Segment } from '@segment-store/contract/lines';
import type { Manifest, Part } from '@segment-store/contract/manifest';
import type { Call, Operation, Settled } from '@segment-store/resilience/operation';
import type { Condition } from './condition.ts';
import type { Erased } from './erased-list.ts';

export interface Counts {
  readonly members: number;
  readonly memberships: number;
}

export type Generation = {
  readonly run: RunId;
  readonly computedAt: Date;
  readonly manifestHash: string;
  readonly expectedEvery?: string;
  readonly segments: number;
  /** Customers erased since it was sealed: `members` and `memberships` still count them. */
  readonly erased?: number;
  /** Customers that the build created and its seal deleted, erased meanwhile: not counted in `members`. */
  readonly erasedAtSeal?: number;
  /** What gates found when it was published; absent before that, and for a run nobody judged. */
  readonly verdicts?: readonly Verdict[];
} & Counts &
  (
    | { readonly state: 'building' | 'sealed' }
    | { readonly state: 'live'; readonly publishedAt: Date }
    | { readonly state: 'retired' | 'withdrawn'; readonly retiredAt: Date }
  );

/** What readers follow and publishers compare. Before the first publish: the empty genesis generation, epoch 0. */
export interface Live {
  readonly generation: Generation;
  readonly epoch: number;
  readonly floor: number;
}

/** The run id of the empty generation that is live before the first publish. */
export const GENESIS: RunId = '00000000t000000z' as RunId;

export interface StoreReader {
  /**
   * Now, then at each publish or roll back, until the signal aborts. Outages of the store are waited out; what is
   * wrong from the start (DENIED, UNSUPPORTED) rejects.
   */
  live(call: Call): AsyncIterable<Live>;
  open(run: RunId, call: Call): Promise<Reader>;
  generations(call: Call): Promise<readonly Generation[]>;
}

/** Of one generation, for as long as it is open. */
export interface Reader extends AsyncDisposable {
  readonly generation: Generation;
  readonly catalogue: ReadonlyMap<SegmentId, Segment>;
  /** In the order asked; unknown customer: undefined; failed read: rejected. Rejects whole when every read failed. */
  readonly read: Operation<readonly CustomerId[], Settled<Member | undefined>>;
  /** Members of each segment, exact, in the order asked; 0 for an unknown one. A job's question: it takes its time. */
  count(segmentIds: readonly SegmentId[], call: Call): Promise<readonly number[]>;
  /**
   * Everybody in a segment, each once, in pages and in no order; nobody for an unknown one. It takes its time, and a
   * page is read when it is asked for. Ends early for whoever leaves; rejects where it cannot go on, never a list too short.
   */
  membersOf(segmentId: SegmentId, call: Call): AsyncIterable<readonly CustomerId[]>;
}

export interface StoreWriter {
  /**
   * Joins the build of a run, or starts it: any number of jobs may work on one. Same run, other manifest: CONFLICT.
   * Sealed or published already: the build says so. Embedded: HELD while another process writes.
   */
  build(manifest: Manifest, call: Call): Promise<Build>;
}

/**
 * One job's share in the build of a run. Disposing lets go of its leases; what is written stays. `return await` inside
 * `await using`, or it is let go of early. CONFLICT once the run was aborted.
 */
export interface Build extends AsyncDisposable {
  /** At the last look. */
  readonly state: 'building' | 'sealed' | 'published';
  /** Nothing to do when a job has written it. */
  catalogue(segments: AsyncIterable<Segment>): Promise<void>;
  /**
   * Parts to load, each claimed for this job as it is handed out: leased, and renewed until it is finished, failed or
   * disposed of. One that another job holds comes when its lease ends. Ends when every part is finished or failed, by
   * whomever. Several consumers may pull at once.
   */
  parts(options: PartsOptions, call: Call): AsyncIterable<ClaimedPart>;
  /**
   * Closes the build: of several jobs one at a time, the others wait until it has published or let go; a dead one's
   * lease is waited out. Refuses (MISCOUNT) unless the store counts created + replayed. Sealed already, or published
   * meanwhile: the same generation. Whoever closes holds the run until its build is disposed of.
   */
  seal(): Promise<Generation>;
  /** Of every part, whoever loaded it. */
  outcomes(): Promise<RunOutcomes>;
}

export interface PartsOptions {
  /** Places in the manifest that come first. Default: none. */
  preferred?(index: number): boolean;
  /** Parts that failed come again, once; for them a sealed build goes on that was never published. Default false. */
  readonly retryFailed?: boolean;
}

/** A part that is this job's until its lease is lost. Disposing lets go of it; another job goes on from what was kept. */
export interface ClaimedPart extends AsyncDisposable {
  readonly part: Part;
  /** Aborts when the lease is lost (HELD, UNAVAILABLE) or the run was aborted (CONFLICT). */
  readonly signal: AbortSignal;
  /** A job ended in this part, so a conflict may be a replay. */
  readonly attempted: boolean;
  /** What earlier jobs settled for good: lines before `offset` are in `outcomes` and are not written again. */
  readonly acknowledged: { readonly offset: number; readonly outcomes: Outcomes };
  /** Settles once the lines survive a killed process. */
  readonly write: Operation<Lines, Tally>;
  /**
   * Lines before `offset` (decompressed bytes) are settled, as `outcomes` says. Cheap: kept every twelfth of a lease
   * (5 s), and when the part is let go of. Ignored while a write of lines before `offset` is under way or has failed.
   */
  acknowledge(offset: number, outcomes: Outcomes): Promise<void>;
  /** Settles once everything written survives a power cut. `outcomes` are of the whole part. */
  finish(outcomes: Outcomes): Promise<void>;
  /** Leaves the rest of the part out of the run: `outcomes` are what it stored. `retryFailed` takes it up again. */
  fail(outcomes: Outcomes, failure: PartFailure): Promise<void>;
}

export interface PartFailure {
  readonly code: string;
  readonly message: string;
}

/** What became of the source lines of a part or a run. */
export interface Outcomes extends Pick<Counts, 'memberships'> {
  readonly created: number;
  readonly replayed: number;
  readonly skipped: number;
  readonly rejected: { readonly [reason in Reason]?: number };
}

export interface RunOutcomes {
  /** The sum over all parts. */
  readonly total: Outcomes;
  /** In the order of the manifest. */
  readonly parts: readonly PartOutcomes[];
}

export interface PartOutcomes {
  readonly part: Part;
  readonly state: 'waiting' | 'begun' | 'finished' | 'failed';
  /** Settled so far. */
  readonly outcomes: Outcomes;
  /** Of a failed part. */
  readonly failure?: PartFailure;
}

/** What a gate found: recorded with the generation. */
export interface Verdict {
  readonly gate: string;
  readonly figure: string;
  readonly limit: string;
  readonly passed: boolean;
  /** Who published all the same: `user@host`. */
  readonly overriddenBy?: string;
}

export interface StorePublisher {
  live(): Promise<Live>;
  generations(): Promise<readonly Generation[]>;
  /** How far a run is; NOT_FOUND when nobody has begun it. */
  status(run: RunId): Promise<RunStatus>;
  /**
   * Atomic; raises the epoch. FENCED unless `expected` is the live epoch; ON_HOLD after a roll back; OLDER when a newer
   * run is live.
   */
  publish(run: RunId, expected: Live['epoch'], verdicts: readonly Verdict[], options?: PublishOptions): Promise<Live>;
  /**
   * The newest retired generation goes live, the live one is withdrawn; raises epoch and floor; holds publishing.
   * NOT_FOUND when none is retired: the empty genesis generation never comes back.
   */
  rollBack(expected: Live['epoch']): Promise<Live>;
  /** Since when a roll back holds publishing; undefined when nothing is held. */
  heldSince(): Promise<Date | undefined>;
  /** Lets publishing go on; false when nothing was held. */
  unhold(): Promise<boolean>;
  /** Of a sealed or published generation; NOT_FOUND when it, or an index of it, is gone. */
  condition(run: RunId): Promise<Condition>;
  /** CONFLICT for the live generation; HELD while a job builds it. */
  remove(run: RunId): Promise<void>;
  /**
   * Gives up a build that was never published; jobs at work on it end with CONFLICT. Settles once their leases are over
   * and the run can be built anew. CONFLICT for what was published.
   */
  abort(run: RunId): Promise<void>;
  /**
   * Removes what retention does not keep, oldest first, and says what went and why. Never the live generation, the one
   * a roll back would bring back, or one that a job holds.
   */
  prune(retention?: Retention): Promise<readonly Pruned[]>;
}

export interface Retention {
  /** Retired and withdrawn generations that stay besides the live one, the last live ones. Default 2. */
  readonly keep?: number;
  /** Nothing goes sooner after it was retired or withdrawn, or after the last lease of its build ended. Default 24 hours. */
  readonly youngerThanMs?: number;
}

/** A generation that went. */
export interface Pruned {
  readonly run: RunId;
  readonly why: string;
}

export interface PublishOptions {
  /** Who lets a run go live that is older than the live one: recorded with the verdicts. Default: nobody. */
  readonly allowOlder?: string;
}

/** A run that is or was built. */
export interface RunStatus {
  readonly generation: Generation;
  /** The job that seals and publishes it now. */
  readonly closer?: Job;
  /** In the order of the manifest. */
  readonly parts: readonly PartStatus[];
  /** When a job last gave a sign of life, or its lease ends. */
  readonly lastSeenAt: Date;
}

/** A job, as its lease names it. */
export interface Job {
  readonly owner: string;
  readonly pid: number;
  readonly host: string;
  /** Without a renewal the lease is over then. */
  readonly until: Date;
}

export type PartStatus = {
  /** Its place in the manifest. */
  readonly index: number;
} & (
  | { readonly state: 'waiting' }
  | {
      readonly state: 'begun';
      readonly key: string;
      /** None: its job let go of it. */
      readonly job?: Job;
      readonly acknowledged: ClaimedPart['acknowledged'];
    }
  | { readonly state: 'finished'; readonly key: string; readonly outcomes: Outcomes }
  | { readonly state: 'failed'; readonly key: string; readonly outcomes: Outcomes; readonly failure: PartFailure }
);

/** Unparsed canonical lines of one part: `SPAN_FIELDS` numbers a line in `spans`. */
export interface Lines {
  readonly part: Part;
  /** Decompressed offset of the first byte behind `bytes` in the part. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly spans: Uint32Array;
  /** Decompressed offset of each line in its part, in the order of `spans`. */
  readonly offsets: Float64Array;
  /** Number of each line in its part, from 1, in the order of `spans`. */
  readonly numbers: Uint32Array;
  /** What reading already decided. */
  readonly settled: Tally;
}

/** What became of one source line. A conflict is `replayed` if the part was attempted before and the bytes are equal. */
export type Outcome = 'created' | 'replayed' | 'skipped' | 'rejected';
export type Reason = 'malformed' | 'bad-id' | 'duplicate-customer' | 'too-large' | 'transform' | 'store';

export interface Rejection {
  readonly part: string;
  /** From 1. */
  readonly line: number;
  /** Decompressed bytes from the start of the part. */
  readonly offset: number;
  readonly reason: Reason;
  readonly type?: string;
  readonly status?: number;
  /** The row itself, where whoever reads was asked to keep it. */
  readonly raw?: Uint8Array;
}

export interface Tally {
  readonly created: number;
  readonly replayed: number;
  readonly skipped: number;
  /** Of created and replayed lines. */
  readonly memberships: number;
  readonly rejected: readonly Rejection[];
}

/** Customers who are to be forgotten. */
export interface Erasures {
  /**
   * Records them as erased and deletes them from every sealed or published generation; from a build under way at its
   * seal, before anyone can read it. Settles once no store answers for them any more. Again is nothing new.
   */
  add(customerIds: readonly CustomerId[], call: Call): Promise<ErasureReceipt>;
  /** Everybody erased so far. Read once a build was opened: who is erased after that goes at its seal. */
  list(call: Call): Promise<Erased>;
  /**
   * `list` now, then each time somebody more was erased, until the signal aborts. Outages of the store are waited out;
   * what is wrong from the start (DENIED, UNSUPPORTED) rejects.
   */
  follow(call: Call): AsyncIterable<Erased>;
  /** A build under way writes these customers although they are erased: they go at its seal. */
  defer(run: RunId, customerIds: readonly CustomerId[], call: Call): Promise<void>;
}

export interface ErasureReceipt {
  readonly at: Date;
  /** Of the customers asked for, those who were not erased before. */
  readonly recorded: number;
  readonly generations: readonly ErasedFrom[];
}

export interface ErasedFrom {
  readonly run: RunId;
  /** Building: nothing is deleted yet. */
  readonly state: Generation['state'];
  /** Documents. */
  readonly deleted: number;
}

export interface Store extends AsyncDisposable {
  readonly url: string;
  readonly reader: StoreReader;
  readonly writer: StoreWriter;
  readonly publisher: StorePublisher;
  readonly erasures: Erasures;
}
