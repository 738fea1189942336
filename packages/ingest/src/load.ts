/** load = fill, then complete. */
import type { Segment } from '@segment-store/contract/lines';
import type { Manifest, Part } from '@segment-store/contract/manifest';
import type { Call } from '@segment-store/resilience/operation';
import type {
  ClaimedPart,
  Generation,
  Lines,
  Live,
  Outcomes,
  PartsOptions,
  RunOutcomes,
  StorePublisher,
  StoreWriter,
  Tally,
  Verdict,
} from '@segment-store/store/store';
import type { Budgets } from './accounts/budgets.ts';
import type { Ahead } from './ahead.ts';
import { refuseUnless } from './gates/gate.ts';
import type { InParallel } from './in-parallel.ts';

/** What became of the lines of one part. */
export interface Account {
  /** Everything that is settled so far, what earlier jobs have included. */
  readonly outcomes: Outcomes;
  /** @throws Failure REFUSED when the budget for lines is overdrawn */
  add(...tallies: readonly Tally[]): void;
  /** @throws Failure CORRUPT when the part is not what the manifest promises */
  close(): void;
}

/** What gates judge. */
interface Found {
  readonly sealed: Generation;
  readonly live: Generation;
  readonly outcomes: RunOutcomes;
}

export interface LoadDeps {
  readonly writer: StoreWriter;
  readonly publisher: StorePublisher;
  readonly inParallel: InParallel;
  /** How many lines of a part are written before the first of them are settled. */
  readonly ahead: Ahead;
  readonly budgets: Budgets;
  /** Which parts this job takes first, and whether failed ones again. */
  readonly taking: PartsOptions;
  segments(manifest: Manifest, call: Call): AsyncIterable<Segment>;
  /** Lines of a part from a decompressed offset on. */
  lines(part: Part, from: number, call: Call): AsyncIterable<Lines>;
  /** `settled`: by earlier jobs. */
  account(part: Part, settled: Outcomes): Account;
  /** What every gate found, whether it passed or not. */
  gates(found: Found, call: Call): Promise<readonly Verdict[]>;
}

/** Writes what is not written yet of a run, beside any number of other jobs. Nothing to do on a sealed build. */
export async function fill(manifest: Manifest, deps: LoadDeps, call: Call): Promise<void> {
  await using build = await deps.writer.build(manifest, call);
  await build.catalogue(deps.segments(manifest, call));
  deps.budgets.begin(await build.outcomes());
  await deps.inParallel(
    (shared) => build.parts(deps.taking, shared),
    call,
    async (claim, partCall) => {
      await using _ = claim;
      const signal = AbortSignal.any([partCall.signal, claim.signal]);
      await fillPart(claim, deps, { ...partCall, signal }).catch((error) => {
        // Somebody else goes on with a part whose lease was lost; this job goes on with others.
        if (partCall.signal.aborted || !claim.signal.aborted) throw error;
      });
    },
  );
  deps.budgets.end(await build.outcomes());
}

/** A part that is corrupt is left out from there on, as far as the budget for parts allows. */
async function fillPart(claim: ClaimedPart, deps: LoadDeps, call: Call): Promise<void> {
  const { part, acknowledged } = claim;
  const account = deps.account(part, acknowledged.outcomes);
  const lines = (shared: Call) => deps.lines(part, acknowledged.offset, shared);
  try {
    for await (const { settled, offset, tally } of deps.ahead(lines, call, writeTo(claim))) {
      account.add(settled, tally);
      await claim.acknowledge(offset, account.outcomes);
    }
    account.close();
    await claim.finish(account.outcomes);
  } catch (error) {
    await claim.fail(account.outcomes, deps.budgets.excuse(part, error));
  }
}

const writeTo = (claim: ClaimedPart) => async (lines: Lines, call: Call) => {
  const tally = await claim.write(lines, call);
  return { settled: lines.settled, offset: lines.offset, tally };
};

/** Seals what is filled, judges it, publishes it. Of several jobs one does, the others find it published. */
export async function complete(manifest: Manifest, deps: LoadDeps, call: Call): Promise<Live> {
  await using build = await deps.writer.build(manifest, call);
  const [sealed, live] = [await build.seal(), await deps.publisher.live()]; // at first the empty genesis generation
  if (live.generation.run === sealed.run) return live;
  const found = { sealed, live: live.generation, outcomes: await build.outcomes() };
  const verdicts = refuseUnless(await deps.gates(found, call));
  // Awaited here: letting go of the build comes after it, and a refusal must not go unheard meanwhile.
  return await deps.publisher.publish(sealed.run, live.epoch, verdicts); // the fence is what the gates judged
}
