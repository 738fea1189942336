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
  RunOutcomes,
  StorePublisher,
  StoreWriter,
  Tally,
  Verdict,
} from '@segment-store/store/store';
import type { InParallel } from './in-parallel.ts';

/** One part's outcomes: error budgets, dead letters. Throws when it is not what the manifest promises. */
export interface Account {
  /** Everything that is settled so far, what earlier jobs have included. */
  add(...tallies: readonly Tally[]): Outcomes;
  close(): Outcomes;
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
  segments(manifest: Manifest, call: Call): AsyncIterable<Segment>;
  /** Lines of a part from a decompressed offset on. */
  lines(part: Part, from: number, call: Call): AsyncIterable<Lines>;
  /** `settled`: by earlier jobs. */
  account(part: Part, settled: Outcomes): Account;
  /** REFUSED: gate, figure, threshold. */
  gates(found: Found, call: Call): Promise<readonly Verdict[]>;
}

/** Writes what is not written yet of a run, beside any number of other jobs. Nothing to do on a sealed build. */
export async function fill(manifest: Manifest, deps: LoadDeps, call: Call): Promise<void> {
  await using build = await deps.writer.build(manifest, call);
  await build.catalogue(deps.segments(manifest, call));
  await deps.inParallel(
    (shared) => build.parts({}, shared),
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
}

async function fillPart(claim: ClaimedPart, deps: LoadDeps, call: Call): Promise<void> {
  const { part, acknowledged } = claim;
  const account = deps.account(part, acknowledged.outcomes);
  for await (const lines of deps.lines(part, acknowledged.offset, call)) {
    const outcomes = account.add(lines.settled, await claim.write(lines, call));
    await claim.acknowledge(lines.offset, outcomes);
  }
  await claim.finish(account.close());
}

/** Seals what is filled, judges it, publishes it. Of several jobs one does, the others find it published. */
export async function complete(manifest: Manifest, deps: LoadDeps, call: Call): Promise<Live> {
  await using build = await deps.writer.build(manifest, call);
  const [sealed, live] = [await build.seal(), await deps.publisher.live()]; // at first the empty genesis generation
  if (live.generation.run === sealed.run) return live;
  const found = { sealed, live: live.generation, outcomes: await build.outcomes() };
  const verdicts = await deps.gates(found, call);
  // Awaited here: letting go of the build comes after it, and a refusal must not go unheard meanwhile.
  return await deps.publisher.publish(sealed.run, live.epoch, verdicts); // the fence is what the gates judged
}
