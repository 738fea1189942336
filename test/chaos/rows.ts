/** What callers noticed of each fault. */
import type { EmbeddedLookup } from './embedded.ts';
import type { Fault } from './faults.ts';
import type { Answer } from './history.ts';
import { ANSWERED, outcomeOf } from './outcomes.ts';

/** One fault as it went. Times are of `clock.ts`. */
export interface Suffered {
  readonly fault: Fault;
  readonly from: number;
  /** It was ended, or what was killed was started again. */
  readonly endedAt: number;
  /** All was well again; undefined: never. */
  readonly wellAt?: number;
}

export interface Row {
  readonly fault: string;
  /** Of customers who were asked about from its beginning until all was well. */
  readonly lookups: number;
  /** How many ended otherwise than with a 200 in time, by outcome. */
  readonly failures: Readonly<Record<string, number>>;
  /** Of them, what was not promised. */
  readonly unpromised: number;
  /** From when a question was due to its answer. */
  readonly worstMs: number;
  /** What services that embed the SDK noticed. */
  readonly embedded: { readonly lookups: number; readonly fallbacks: number; readonly worstMs: number };
  /** From the end of the fault; null: it was not recovered from. */
  readonly recoverySeconds: number | null;
}

/** Two cores for servers, stores and whoever asks: a server that has too much to do says so. */
const ALWAYS_PROMISED = '503 overloaded';

/** What callers noticed from the first fault to the last. */
interface Noticed {
  readonly answers: readonly Answer[];
  readonly embedded: readonly EmbeddedLookup[];
}

export function rowOf({ fault, from, endedAt, wellAt }: Suffered, noticed: Noticed): Row {
  const until = wellAt ?? Number.POSITIVE_INFINITY;
  const isOwn = ({ askedAt }: Timed) => askedAt >= from && askedAt < until;
  const [own, embedded] = [noticed.answers.filter(isOwn), noticed.embedded.filter(isOwn)];
  const failures: Record<string, number> = {};
  for (const answer of own) {
    const outcome = outcomeOf(answer);
    if (outcome !== ANSWERED) failures[outcome] = (failures[outcome] ?? 0) + 1;
  }
  const promised = [ALWAYS_PROMISED, ...fault.noticed];
  const unpromised = Object.entries(failures).filter(([outcome]) => !promised.includes(outcome));
  return {
    fault: fault.name,
    lookups: own.length,
    failures,
    unpromised: unpromised.reduce((sum, [, count]) => sum + count, 0),
    worstMs: worstOf(own),
    embedded: {
      lookups: embedded.length,
      fallbacks: embedded.filter(({ isAnswered }) => !isAnswered).length,
      worstMs: worstOf(embedded),
    },
    recoverySeconds: wellAt === undefined ? null : Math.round((wellAt - endedAt) / 100) / 10,
  };
}

type Timed = Pick<Answer, 'askedAt' | 'answeredAt'>;

const worstOf = (all: readonly Timed[]): number =>
  Math.round(all.reduce((worst, { askedAt, answeredAt }) => Math.max(worst, answeredAt - askedAt), 0));

/** Recovered from, and nobody noticed more than was promised. */
export const isBorne = ({ unpromised, recoverySeconds, lookups }: Row): boolean =>
  unpromised === 0 && recoverySeconds !== null && lookups > 0;

export function cellsOf(row: Row): readonly string[] {
  const { fault, lookups, failures, unpromised, worstMs, embedded, recoverySeconds } = row;
  const failed = Object.entries(failures).map(([outcome, count]) => `${count} × ${outcome}`);
  return [
    fault,
    `${lookups}`,
    failed.length === 0 ? 'none' : failed.join(', '),
    `${unpromised}`,
    `${worstMs} ms`,
    `${embedded.fallbacks} of ${embedded.lookups}, ${embedded.worstMs} ms`,
    recoverySeconds === null ? 'never' : `${recoverySeconds} s`,
  ];
}

export const COLUMNS = [
  'fault',
  'lookups',
  'failures',
  'not promised',
  'worst latency',
  'fallbacks of the SDK, its worst latency',
  'recovery',
] as const;
