/** What came of the requests: by phase, caller, and whether the customer was one that had been answered for. */
import { type Histogram, histogramOf, latenciesOf } from '../latencies.ts';
import type { Caller } from './callers.ts';
import type { Standing } from './seen.ts';

/** A percentile of a whole phase would hide its worst seconds. */
const WINDOW_MS = 5_000;
/** In a window of fewer, the hundredth that is slowest is a single one. */
const FEWEST = 200;

export interface Line {
  readonly phase: string;
  readonly caller: Caller;
  readonly standing: Standing;
  readonly requests: number;
  /** How many ended how: `200`, `503 overloaded`, `late` (past the deadline), `lost` (no answer), `wrong`. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Milliseconds from when a request was due, of those five seconds of the phase that were the worst. */
  readonly worstP99: number;
  readonly max: number;
  readonly histogram: Histogram;
}

export type Kind = Pick<Line, 'phase' | 'caller' | 'standing'>;

interface Counted extends Kind {
  readonly outcomes: Map<string, number>;
  readonly windows: Map<number, number[]>;
}

export class Tally {
  readonly #all = new Map<string, Counted>();

  /** `sincePhaseMs`: when it was due. */
  count(
    kind: Kind,
    outcome: string,
    { ms, sincePhaseMs }: { readonly ms: number; readonly sincePhaseMs: number },
  ): void {
    const { outcomes, windows } = this.#of(kind);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const window = Math.floor(sincePhaseMs / WINDOW_MS);
    const taken = windows.get(window);
    if (taken === undefined) windows.set(window, [ms]);
    else taken.push(ms);
  }

  lines(): readonly Line[] {
    return [...this.#all.values()].map(lineOf);
  }

  #of(kind: Kind): Counted {
    const key = `${kind.phase} ${kind.caller} ${kind.standing}`;
    const found = this.#all.get(key);
    if (found !== undefined) return found;
    const counted = { ...kind, outcomes: new Map(), windows: new Map() };
    this.#all.set(key, counted);
    return counted;
  }
}

function lineOf({ outcomes, windows, ...kind }: Counted): Line {
  const each = [...windows.values()].map((window) => Float64Array.from(window));
  const all = Float64Array.from(each.flatMap((window) => [...window]));
  const large = each.filter(({ length }) => length >= FEWEST);
  return {
    ...kind,
    requests: all.length,
    outcomes: Object.fromEntries([...outcomes].toSorted()),
    worstP99: Math.max(...(large.length > 0 ? large : [all]).map((window) => latenciesOf(window).p99)),
    max: latenciesOf(all).max,
    histogram: histogramOf(all),
  };
}
