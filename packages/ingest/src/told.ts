/** A load that tells its story as it goes. */
import type { Manifest } from '@segment-store/contract/manifest';
import type { Build, ClaimedPart } from '@segment-store/store/store';
import { claimWith, wrapClaims } from './accounts/claims.ts';
import type { LoadDeps } from './load.ts';
import type { Story } from './story.ts';

export function told(deps: LoadDeps, manifest: Manifest, story: Story): LoadDeps {
  let joined = false; // to fill it, and once more to complete it
  return {
    ...deps,
    writer: {
      async build(run, call) {
        if (!joined) story.stage('build', `run ${run.run}`);
        joined = true;
        return toldBuild(await deps.writer.build(run, call), manifest, story);
      },
    },
    publisher: {
      ...deps.publisher,
      publish(run, expected, ...judged) {
        story.stage('publish', `after epoch ${expected}`);
        return deps.publisher.publish(run, expected, ...judged);
      },
    },
    async gates(found, call) {
      story.stage('gates');
      const verdicts = await deps.gates(found, call);
      story.judged(found.outcomes, verdicts);
      return verdicts;
    },
  };
}

function toldBuild(build: Build, manifest: Manifest, story: Story): Build {
  const telling = wrapClaims(build, async (claim) => toldClaim(claim, story));
  return {
    get state() {
      return build.state;
    },
    catalogue(segments) {
      story.stage('catalogue', `${manifest.totals.segments} segments`);
      return build.catalogue(segments);
    },
    async *parts(options, call) {
      const outcomes = await build.outcomes();
      const left = outcomes.parts.filter(({ state }) => state !== 'finished').length;
      story.begin(outcomes);
      if (left > 0) story.stage('fill', `${left} of ${outcomes.parts.length} parts`);
      yield* telling.parts(options, call);
    },
    seal() {
      story.stage('seal');
      return build.seal();
    },
    outcomes: () => build.outcomes(),
    [Symbol.asyncDispose]: () => build[Symbol.asyncDispose](),
  };
}

function toldClaim(claim: ClaimedPart, story: Story): ClaimedPart {
  const { part } = claim;
  story.part(part, 'begun');
  return claimWith(claim, {
    async write(lines, call) {
      const tally = await claim.write(lines, call);
      story.loaded(part, lines.settled, tally);
      return tally;
    },
    async finish(outcomes) {
      await claim.finish(outcomes);
      story.part(part, 'finished', { outcomes });
    },
    async fail(outcomes, failure) {
      await claim.fail(outcomes, failure);
      story.part(part, 'failed', { outcomes, failure });
    },
  });
}
