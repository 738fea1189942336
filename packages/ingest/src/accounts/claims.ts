/** Wrapping what a build hands out. */
import type { Call } from '@segment-store/resilience/operation';
import type { Build, ClaimedPart } from '@segment-store/store/store';

/** `build`, each of whose claims is wrapped as it is handed out. */
export function wrapClaims(build: Build, wrap: (claim: ClaimedPart, call: Call) => Promise<ClaimedPart>): Build {
  return {
    get state() {
      return build.state;
    },
    catalogue: (segments) => build.catalogue(segments),
    async *parts(options, call) {
      for await (const claim of build.parts(options, call)) yield await wrap(claim, call);
    },
    seal: () => build.seal(),
    outcomes: () => build.outcomes(),
    [Symbol.asyncDispose]: () => build[Symbol.asyncDispose](),
  };
}

type Doing = Pick<ClaimedPart, 'write' | 'acknowledge' | 'finish' | 'fail'>;

/** `claim`, doing some things otherwise. */
export function claimWith(claim: ClaimedPart, doing: Partial<Doing>): ClaimedPart {
  const { part, signal, attempted, acknowledged } = claim;
  return {
    part,
    signal,
    attempted,
    acknowledged,
    write: (lines, call) => claim.write(lines, call),
    acknowledge: (offset, outcomes) => claim.acknowledge(offset, outcomes),
    finish: (outcomes) => claim.finish(outcomes),
    fail: (outcomes, failure) => claim.fail(outcomes, failure),
    ...doing,
    [Symbol.asyncDispose]: () => claim[Symbol.asyncDispose](),
  };
}
