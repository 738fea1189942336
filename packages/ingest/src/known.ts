/** Why a line need not be in a generation: dead letters and erasures. */
import type { Part } from '@segment-store/contract/manifest';
import type { Call } from '@segment-store/resilience/operation';
import type { Store } from '@segment-store/store/store';
import type { Known } from './compare.ts';
import type { DeadLetters } from './dead-letters.ts';

export interface Reasons {
  readonly letters: DeadLetters;
  readonly store: Store;
}

export async function knownOf(part: Part, { letters }: Reasons, call: Call): Promise<Known> {
  const rejected = new Set<number>();
  for await (const { offset } of letters.of(part.key, call)) rejected.add(offset);
  return {
    isRejected: ({ offset }) => rejected.has(offset),
    erased: async () => new Set(),
  };
}
