/** What a shadow has found. */
import type { Settled } from '@segment-store/resilience/operation';
import { toLookupError } from '../errors.ts';
import type { Answer, ErrorCode } from '../lookup.ts';
import type { Pseudonym } from '../pseudonym.ts';
import { type Difference, differenceOf, verdictOn } from './comparison.ts';

/** One customer the two deployments disagree about. */
export interface Mismatch extends Difference {
  /** A keyed hash, never the id. */
  readonly customer: string;
  /** Both answered from this one. */
  readonly generation: string;
  /** Whether each has seen the customer. */
  readonly known: {
    /** The deployment that the client is of. */
    readonly served: boolean;
    /** The other one. */
    readonly candidate: boolean;
  };
}

/** A snapshot. Every sampled lookup is in exactly one of these counts once it is through. */
export interface ShadowReport {
  /** Same segments, same generation. */
  readonly match: number;
  /** Same generation, but other segments, or known to only one. */
  readonly mismatch: number;
  /** Not comparable: the candidate answers from another generation. */
  readonly unequalGeneration: number;
  /** Lookups that fell back: there was nothing to compare with. */
  readonly unanswered: number;
  /** Copies that found no room: the candidate is slower than they come, or `maxPerSecond` is less. */
  readonly dropped: number;
  /** Copies the candidate did not answer, by error code. */
  readonly failed: Readonly<Partial<Record<ErrorCode, number>>>;
  /** The newest mismatches. */
  readonly examples: readonly Mismatch[];
  /** Of the candidate alone; the client has its own. */
  readonly breaker: 'closed' | 'open' | 'half-open';
}

/** A lookup to compare. */
export interface Copy<Id extends string> {
  readonly id: Id;
  readonly served: Answer;
}

export interface Ledger {
  compared(copies: readonly Copy<string>[], answers: Settled<Answer>): void;
  failed(error: unknown, copies: number): void;
  unanswered(): void;
  dropped(): void;
  report(): Omit<ShadowReport, 'breaker'>;
}

export function createLedger(maxExamples: number, pseudonym: Pseudonym): Ledger {
  const counts = { match: 0, mismatch: 0, unequalGeneration: 0, unanswered: 0, dropped: 0 };
  const failures: Partial<Record<ErrorCode, number>> = {};
  const examples: Mismatch[] = [];

  function failed(error: unknown, copies: number): void {
    const { code } = toLookupError(error);
    failures[code] = (failures[code] ?? 0) + copies;
  }

  function judge({ id, served }: Copy<string>, candidate: Answer): void {
    const verdict = verdictOn(served, candidate);
    counts[verdict] += 1;
    if (verdict !== 'mismatch') return;
    examples.push({
      customer: pseudonym(id),
      generation: served.generation,
      known: { served: served.known, candidate: candidate.known },
      ...differenceOf(served, candidate),
    });
    if (examples.length > maxExamples) examples.shift();
  }

  return {
    failed,
    compared(copies, answers) {
      copies.forEach((copy, index) => {
        const answer = answers[index];
        if (answer?.status === 'fulfilled') judge(copy, answer.value);
        else failed(answer?.reason, 1);
      });
    },
    unanswered() {
      counts.unanswered += 1;
    },
    dropped() {
      counts.dropped += 1;
    },
    report: () => ({ ...counts, failed: { ...failures }, examples: [...examples] }),
  };
}
