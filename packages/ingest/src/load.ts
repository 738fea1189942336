/** load = fill, then complete. */
import type { Segment } from '@segment-store/contract/lines';
import type { Manifest, Part } from '@segment-store/contract/manifest';
import type { Call } from '@segment-store/resilience/operation';
import type { Generation, Lines, Live, StorePublisher, StoreWriter, Tally, Verdict } from '@segment-store/store/store';
import type { InParallel } from './in-parallel.ts';

/** One part's outcomes: error budgets, dead letters. Throws when it is not what the manifest promises. */
export interface Account {
  add(...tallies: readonly Tally[]): void;
  close(): Tally;
}

export interface LoadDeps {
  readonly writer: StoreWriter;
  readonly publisher: StorePublisher;
  readonly inParallel: InParallel;
  segments(manifest: Manifest, call: Call): AsyncIterable<Segment>;
  lines(part: Part, call: Call): AsyncIterable<Lines>;
  account(part: Part): Account;
  /** REFUSED: gate, figure, threshold. */
  gates(sealed: Generation, live: Generation, call: Call): Promise<readonly Verdict[]>;
}

/** Writes what is not written yet of a run. Ends early on a sealed build: `complete` goes on from there. */
export async function fill(manifest: Manifest, deps: LoadDeps, call: Call): Promise<void> {
  await using build = await deps.writer.build(manifest, call); // the mutex
  if (build.state !== 'building') return;
  await build.catalogue(deps.segments(manifest, call));
  await deps.inParallel(await build.unfinished(), call, async (part, partCall) => {
    const { attempted } = await build.begin(part);
    const account = deps.account(part);
    for await (const lines of deps.lines(part, partCall)) {
      account.add(lines.settled, await build.write({ ...lines, attempted }, partCall));
    }
    await build.finish(part, account.close());
  });
}

/** Seals what is filled, judges it, publishes it. */
export async function complete(manifest: Manifest, deps: LoadDeps, call: Call): Promise<Live> {
  await using build = await deps.writer.build(manifest, call);
  const [sealed, live] = [await build.seal(), await deps.publisher.live()]; // at first the empty genesis generation
  const verdicts = await deps.gates(sealed, live.generation, call);
  // Awaited here: letting go of the build comes after it, and a refusal must not go unheard meanwhile.
  return await deps.publisher.publish(sealed.run, live.epoch, verdicts); // the fence is what the gates judged
}
