/** What callers noticed of each fault, and what of it was not promised. */
import type { EmbeddedLookup } from './embedded.ts';
import { type Bounds, boundsOf } from './fault.ts';
import type { Answer } from './history.ts';
import { ANSWERED, outcomeOf, UNAVAILABLE } from './outcomes.ts';
import type { Suffered } from './suffered.ts';

export interface Row {
  readonly fault: string;
  /** Of customers who were asked about from its beginning until all was well. */
  readonly lookups: number;
  /** How many ended otherwise than with a 200 in time, by outcome. */
  readonly failures: Readonly<Record<string, number>>;
  /** For people; none: all was as it was promised. */
  readonly notPromised: readonly string[];
  /** From when a question was due to its answer: 99 of 100 at most. */
  readonly p99Ms: number;
  readonly worstMs: number;
  /** What services that embed the SDK noticed. */
  readonly embedded: { readonly lookups: number; readonly fallbacks: number; readonly worstMs: number };
  /** From the end of the fault; null: it was not recovered from. */
  readonly recoverySeconds: number | null;
}

/** Of its 150 ms, and what a busy machine adds. */
const EMBEDDED_WORST_MS = 500;

/** What callers noticed from the first fault to the last. */
interface Noticed {
  readonly answers: readonly Answer[];
  readonly embedded: readonly EmbeddedLookup[];
  /** The process that was asked had answered for the customer before. */
  isSeen(answer: Answer): boolean;
}

export function rowOf(suffered: Suffered, noticed: Noticed): Row {
  const { fault, from, endedAt, wellAt } = suffered;
  const until = wellAt ?? Number.POSITIVE_INFINITY;
  const isOwn = ({ askedAt }: Timed) => askedAt >= from && askedAt < until;
  const [own, embedded] = [noticed.answers.filter(isOwn), noticed.embedded.filter(isOwn)];
  const latencies = own.map(latencyOf).sort((one, other) => one - other);
  const measured = {
    fault: fault.name,
    lookups: own.length,
    failures: counted(own.map(outcomeOf).filter((outcome) => outcome !== ANSWERED)),
    p99Ms: Math.round(latencies[Math.floor(latencies.length * 0.99)] ?? 0),
    worstMs: Math.round(latencies.at(-1) ?? 0),
    embedded: {
      lookups: embedded.length,
      fallbacks: embedded.filter(({ isAnswered }) => !isAnswered).length,
      worstMs: Math.round(Math.max(0, ...embedded.map(latencyOf))),
    },
    recoverySeconds: wellAt === undefined ? null : Math.round((wellAt - endedAt) / 100) / 10,
  };
  const unpromised = own.flatMap((answer) => unpromisedOf(answer, fault.noticed ?? [], noticed));
  const each = Object.entries(counted(unpromised)).map(([outcome, count]) => `${count} × ${outcome}`);
  return { ...measured, notPromised: [...each, ...beyond(measured, boundsOf(fault))] };
}

type Timed = Pick<Answer, 'askedAt' | 'answeredAt'>;

const latencyOf = ({ askedAt, answeredAt }: Timed): number => answeredAt - askedAt;

function counted(outcomes: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** A share of failures is always borne, bounded for each fault: two cores are there for servers, stores and callers. */
function unpromisedOf(answer: Answer, promised: readonly string[], { isSeen }: Noticed): readonly string[] {
  const outcome = outcomeOf(answer);
  if (outcome === ANSWERED || outcome === '503 overloaded' || promised.includes(outcome)) return [];
  if (!UNAVAILABLE.includes(outcome)) return [outcome];
  return isSeen(answer) ? [`${outcome} for somebody seen`] : [];
}

function beyond(row: Omit<Row, 'notPromised'>, bounds: Bounds): readonly string[] {
  const failed = Object.values(row.failures).reduce((sum, count) => sum + count, 0) / Math.max(1, row.lookups);
  const { recoverySeconds, worstMs, embedded } = row;
  return [
    ...(failed > bounds.failing ? [`${percent(failed)} failed, at most ${percent(bounds.failing)}`] : []),
    ...(worstMs > bounds.worstMs ? [`${worstMs} ms, at most ${bounds.worstMs} ms`] : []),
    ...(embedded.worstMs > EMBEDDED_WORST_MS ? [`${embedded.worstMs} ms in the SDK`] : []),
    ...(recoverySeconds === null || recoverySeconds > bounds.wellWithinSeconds
      ? [
          `well ${recoverySeconds === null ? 'never' : `after ${recoverySeconds} s`}, at most ${bounds.wellWithinSeconds} s`,
        ]
      : []),
  ];
}

export const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`;

/** Recovered from, and nobody noticed more than was promised. */
export const isBorne = ({ notPromised, lookups }: Row): boolean => notPromised.length === 0 && lookups > 0;

export function cellsOf(row: Row): readonly string[] {
  const { fault, lookups, failures, notPromised, p99Ms, worstMs, embedded, recoverySeconds } = row;
  const failed = Object.entries(failures).map(([outcome, count]) => `${count} × ${outcome}`);
  return [
    fault,
    `${lookups}`,
    failed.join(', ') || 'none',
    notPromised.join(', ') || 'none',
    `${p99Ms} ms, ${worstMs} ms`,
    `${embedded.fallbacks} of ${embedded.lookups}, ${embedded.worstMs} ms`,
    recoverySeconds === null ? 'never' : `${recoverySeconds} s`,
  ];
}

export const COLUMNS = [
  'fault',
  'lookups',
  'failures',
  'not promised',
  'latency: 99 %, worst',
  'fallbacks of the SDK, its worst latency',
  'recovery',
] as const;
