import { Failure } from '@segment-store/resilience/failure';
import { expect, test } from 'vitest';
import { follow } from './follow.ts';
import { genesis, toGeneration } from './generation.ts';
import type { Live } from './store.ts';

const generation = toGeneration(genesis);
const outage = new Failure('UNAVAILABLE', 'no answer', { retryable: true });

/** What is heard when the looks find these epochs, one after the other; `outage` is a look that failed. */
async function heard(looks: readonly (number | Failure)[]): Promise<readonly number[]> {
  const stop = new AbortController();
  const rest = [...looks];
  const look = async (): Promise<Live> => {
    const next = rest.shift();
    if (rest.length === 0) stop.abort();
    if (typeof next !== 'number') throw next;
    return { generation, epoch: next, floor: 0 };
  };
  const epochs: number[] = [];
  for await (const { epoch } of follow(look, 0, { signal: stop.signal, deadlineAt: Number.POSITIVE_INFINITY })) {
    epochs.push(epoch);
  }
  return epochs;
}

test.each([
  ['each change once', [1, 1, 2, 2, 5], [1, 2, 5]],
  ['nothing of an outage', [outage, 1, outage, outage, 2], [1, 2]],
  ['nothing of a node that lags', [7, 6, 6, 7, 6, 8], [7, 8]],
  ['an older epoch that stays: the store was restored', [7, 3, 3, 3, 3, 3, 3, 4], [7, 3, 4]],
  ['nothing of older epochs that an outage keeps from being confirmed', [7, 3, 3, outage, 3, 3, 7], [7]],
])('a follower hears %s', async (_, looks, expected) => {
  expect(await heard(looks)).toEqual(expected);
});
