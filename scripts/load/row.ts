/** One line of a report: what became of the requests of one caller in one phase, or in all. */
import { type Histogram, histogramOf, type Latencies, latenciesOf } from '../../bench/server/latencies.ts';
import type { Caller } from './asked.ts';
import { corrected, type Felt } from './corrected.ts';
import type { Planned } from './planned.ts';
import type { Sample } from './sample.ts';

export interface Row {
  /** `all` of those that count, where there are several. */
  readonly phase: string;
  readonly caller: Caller;
  readonly requests: number;
  /** A second, of the tool: from the first to the last that it sent. */
  readonly achieved: number;
  readonly wanted: number;
  /** Of answers 200 and of what got none, which took as long as it was waited for; refusals are in no percentile. */
  readonly fromDue: Latencies;
  /** The same as a tool sees it that does not count how late it sends. */
  readonly fromSent: Latencies;
  readonly lagP99: number;
  /** By status; `none` where there was no answer. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Of `fromDue`. */
  readonly histogram: Histogram;
}

interface Seen {
  readonly phase: Planned;
  readonly felt: readonly Felt[];
  readonly seconds: number;
}

/** `samples`: of each phase, in order of sending. */
export function rowsOf(phases: readonly Planned[], samples: readonly (readonly Sample[])[]): readonly Row[] {
  const seen = phases.flatMap((phase, index) => (phase.counts ? [see(phase, samples[index] ?? [])] : []));
  const each = seen.flatMap((one) => rowsOfCallers(one.phase.name, [one]));
  return seen.length === 1 ? each : [...each, ...rowsOfCallers('all', seen)];
}

function see(phase: Planned, samples: readonly Sample[]): Seen {
  const spanMs = (samples.at(-1)?.sentAtMs ?? 0) - (samples[0]?.sentAtMs ?? 0);
  // The last one, too, is followed by a gap.
  const seconds = Math.max(spanMs / 1_000, 0) + 1 / phase.perSecond;
  return { phase, felt: corrected(samples, phase.perSecond), seconds };
}

function rowsOfCallers(phase: string, seen: readonly Seen[]): readonly Row[] {
  const felt = seen.flatMap((one) => one.felt);
  const seconds = seen.reduce((sum, one) => sum + one.seconds, 0);
  const planned = seen.map((one) => one.phase);
  const wanted = sum(planned.map(({ requests }) => requests)) / sum(planned.map((one) => one.requests / one.perSecond));
  return (['usual', 'abusive'] as const).flatMap((caller) => {
    const own = felt.filter((one) => one.caller === caller);
    if (own.length === 0) return [];
    const share = own.length / felt.length;
    return [{ phase, caller, achieved: own.length / seconds, wanted: wanted * share, ...figuresOf(own) }];
  });
}

function figuresOf(felt: readonly Felt[]): Omit<Row, 'phase' | 'caller' | 'achieved' | 'wanted'> {
  const waited = felt.filter(({ status }) => status === 200 || status === 0);
  const fromDue = Float64Array.from(waited, ({ latencyMs }) => latencyMs);
  return {
    requests: felt.length,
    fromDue: latenciesOf(fromDue),
    fromSent: latenciesOf(Float64Array.from(waited, ({ tookMs }) => tookMs)),
    lagP99: latenciesOf(Float64Array.from(felt, ({ lagMs }) => lagMs)).p99,
    statuses: countsOf(felt.map(({ status }) => (status === 0 ? 'none' : `${status}`))),
    histogram: histogramOf(fromDue.filter((ms) => ms > 0)),
  };
}

function countsOf(words: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries([...counts].sort());
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
