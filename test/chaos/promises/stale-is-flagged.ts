import { type HappeningOf, type History, happeningsOf } from '../history.ts';
import { processesOf } from '../processes.ts';
import { type Promised, second } from './promised.ts';

/**
 * Judged where the same generation was served before an answer was asked for and after it came: each is served in one
 * piece, as no run is published twice.
 */
export const staleIsFlagged: Promised = {
  name: 'stale',
  says: 'an answer that is not of the served generation says that it is stale',
  *judge(history) {
    const processOf = processesOf(history);
    const samples = samplesOf(history);
    let judged = 0;
    for (const { found, server, askedAt, answeredAt } of history.answers) {
      if (found === undefined) continue;
      const process = processOf(server, askedAt);
      const served = servedThroughout(samples.get(process) ?? [], askedAt, answeredAt);
      if (served === undefined) continue;
      judged++;
      if (found.isStale || found.named === served) continue;
      yield `${second(history, answeredAt)}, ${process}: of ${found.named} without a flag while ${served} was served`;
    }
    return judged;
  },
};

type Sample = HappeningOf<'served'>;

/** By process, one after the other. */
function samplesOf(history: History): ReadonlyMap<string, readonly Sample[]> {
  const processOf = processesOf(history);
  const samples = new Map<string, Sample[]>();
  for (const sample of happeningsOf(history, 'served')) {
    const process = processOf(sample.server, sample.askedAt);
    const before = samples.get(process);
    if (before === undefined) samples.set(process, [sample]);
    else before.push(sample);
  }
  return samples;
}

/** What all samples say from the last one before `from` to the first one after `until`; undefined: not all the same. */
function servedThroughout(samples: readonly Sample[], from: number, until: number): string | undefined {
  let at = lastBefore(samples, from);
  const run = samples[at]?.run;
  if (run === undefined) return undefined;
  for (at++; ; at++) {
    const next = samples[at];
    if (next?.run !== run) return undefined;
    if (next.askedAt > until) return run;
  }
}

/** The place of the last one that had come before `at`; -1: none. */
function lastBefore(samples: readonly Sample[], at: number): number {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((samples[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
