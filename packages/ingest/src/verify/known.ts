/** Why a line need not be in a generation: dead letters and erasures. */
import type { Part } from '@segment-store/contract/manifest';
import type { Call } from '@segment-store/resilience/operation';
import type { Store } from '@segment-store/store/store';
import type { DeadLetters } from '../accounts/dead-letters.ts';
import type { Known } from './compare.ts';

export interface Reasons {
  readonly letters: DeadLetters;
  readonly erasures: Pick<Store['erasures'], 'list'>;
}

export async function knownOf(part: Part, { letters, erasures }: Reasons, call: Call): Promise<Known> {
  const rejected = new Set<number>();
  for await (const { offset } of letters.of(part.key, call)) rejected.add(offset);
  return {
    isRejected: ({ offset }) => rejected.has(offset),
    async erased(customerIds, asking) {
      const erased = await erasures.list(asking);
      return new Set(customerIds.filter((customerId) => erased.has(customerId)));
    },
  };
}
