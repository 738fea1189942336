/** Two ways to do the same, measured in one run: what counts is their ratio. */

/** Measures one block of work: time or CPU per operation, in the contest's unit. */
type Block = () => Promise<number>;

export interface Contest {
  readonly name: string;
  readonly unit: string;
  /** The ratio that is good enough. */
  readonly goal: number;
  readonly rounds: number;
  readonly candidate: Block;
  readonly baseline: Block;
}

export interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: number;
  readonly ratio: number;
  readonly goal: number;
  readonly met: boolean;
}

/**
 * Rounds of candidate, baseline, baseline, candidate: a drift of the machine falls on both alike. The ratio is the
 * median of the rounds' own ratios, so that one disturbed round decides nothing. The first rounds only warm up.
 */
export async function ratio({ name, unit, goal, rounds, candidate, baseline }: Contest): Promise<Row> {
  const measured: { readonly value: number; readonly baseline: number }[] = [];
  for (let round = -WARM_UP; round < rounds; round += 1) {
    const [first, second, third, fourth] = [await candidate(), await baseline(), await baseline(), await candidate()];
    if (round >= 0) measured.push({ value: (first + fourth) / 2, baseline: (second + third) / 2 });
  }
  const result = median(measured.map((round) => round.value / round.baseline));
  return {
    name,
    value: rounded(median(measured.map((round) => round.value))),
    unit,
    baseline: rounded(median(measured.map((round) => round.baseline))),
    ratio: rounded(result),
    goal,
    met: result <= goal,
  };
}

const WARM_UP = 3;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle - 0.5)] ?? Number.NaN)) / 2;
}

const rounded = (value: number): number => Number(value.toPrecision(4));
