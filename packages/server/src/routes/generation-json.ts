/** A generation as the API says it. */
import type { components } from '@segment-store/contract/api.generated';
import type { Generation } from '@segment-store/store/store';

export function toJson(generation: Generation): components['schemas']['Generation'] {
  const { run, state, computedAt, members, memberships, segments, expectedEvery } = generation;
  return {
    run,
    state,
    computedAt: computedAt.toISOString(),
    members,
    memberships,
    segments,
    ...(expectedEvery !== undefined && { expectedEvery }),
    ...('publishedAt' in generation && { publishedAt: generation.publishedAt.toISOString() }),
    ...('retiredAt' in generation && { retiredAt: generation.retiredAt.toISOString() }),
  };
}
