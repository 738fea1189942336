/** Mirrored requests → a tally: the sample is asked of all three, so many at once. */
import { BUCKETS, bucketOf } from '@segment-store/contract/bucket';
import { ask, type Target } from './ask.ts';
import { compare } from './compare.ts';
import type { Mirrored } from './mirror.ts';
import type { Mismatches } from './mismatches.ts';
import { type Question, questionOf } from './question.ts';
import { counted, type Tally } from './tally.ts';

export interface ComparatorOptions {
  readonly candidate: Target;
  readonly controlA: Target;
  readonly controlB: Target;
  /** Of customers, 0–1: one is in the sample always or never. */
  readonly sample: number;
  readonly inFlight: number;
  readonly timeoutMs: number;
  readonly mismatches: Pick<Mismatches, 'add'>;
  /** What an earlier run found. */
  readonly tally: Tally;
}

export interface Comparator {
  readonly tally: Tally;
  /** Dropped, and counted, when too many are in flight; `at`: milliseconds of any clock that goes on. */
  take(mirrored: Mirrored, at: number): void;
  /** Resolves once it is taken. */
  takeInTurn(mirrored: Mirrored, at: number): Promise<void>;
  /** All that was taken is compared. */
  settled(): Promise<void>;
}

const SALT = 'shadow';

export function createComparator({ sample, inFlight, timeoutMs, mismatches, ...all }: ComparatorOptions): Comparator {
  const flights = new Set<Promise<void>>();
  let tally = all.tally;
  let firstAt: number | undefined;

  function begin({ method, target, body }: Mirrored, at: number): void {
    firstAt ??= at;
    tally = { ...tally, observedMs: all.tally.observedMs + Math.max(0, at - firstAt) };
    const question = questionOf(method, target, body);
    if (question === undefined || bucketOf(SALT, question.customer) >= sample * BUCKETS) {
      tally = { ...tally, skipped: tally.skipped + 1 };
      return;
    }
    const flight = fly(question);
    flights.add(flight);
    void flight.finally(() => flights.delete(flight));
  }

  async function fly(question: Question): Promise<void> {
    const [candidate, controlA, controlB] = await Promise.all([
      ask(all.candidate, question, timeoutMs),
      ask(all.controlA, question, timeoutMs),
      ask(all.controlB, question, timeoutMs),
    ]);
    const answers = { candidate, controlA, controlB };
    const found = compare(answers);
    tally = counted(tally, found);
    if (found !== 'equal' && found !== 'generation') mismatches.add(found, question, answers);
  }

  return {
    get tally() {
      return tally;
    },
    take(mirrored, at) {
      if (flights.size < inFlight) begin(mirrored, at);
      else tally = { ...tally, dropped: tally.dropped + 1 };
    },
    async takeInTurn(mirrored, at) {
      while (flights.size >= inFlight) await Promise.race(flights);
      begin(mirrored, at);
    },
    async settled() {
      await Promise.all(flights);
    },
  };
}
