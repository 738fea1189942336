/** Two ways to do the same, measured in one run: what counts is their ratio. */

/** Measures one block of work: time or CPU per operation, in the contest's unit. */
type Block = () => Promise<number>;

type Better = 'lower' | 'higher';

export interface Contest {
  readonly name: string;
  readonly unit: string;
  /** The ratio that is good enough. */
  readonly goal: number;
  /** Which ratios are better. Default `lower`. */
  readonly better?: Better;
  readonly rounds: number;
  /** Rounds before those that count. Default 3. */
  readonly warmUp?: number;
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
  readonly better: Better;
  readonly met: boolean;
  /** Each round's own ratio, in order: how far they are apart says how much the ratio is worth. */
  readonly rounds?: readonly number[];
  /** Where what was measured is not what the name says. */
  readonly note?: string;
  /** Other figures of the same run. */
  readonly beside?: Figures;
  /** What the value is the sum or the worst of; every line has the same names. */
  readonly lines?: readonly Readonly<Record<string, number | string>>[];
}

/** By what they are. */
export type Figures = Readonly<Record<string, number>>;

/**
 * Rounds of candidate, baseline, baseline, candidate: a drift of the machine falls on both alike. The ratio is the
 * median of the rounds' own ratios, so that one disturbed round decides nothing. The first rounds only warm up.
 */
export async function ratio(contest: Contest): Promise<Row> {
  const { name, rounds, warmUp = 3, candidate, baseline } = contest;
  process.stderr.write(`  ${name} …\n`);
  const measured: Round[] = [];
  for (let round = -warmUp; round < rounds; round += 1) {
    const [first, second, third, fourth] = [await candidate(), await baseline(), await baseline(), await candidate()];
    if (round >= 0) measured.push({ value: (first + fourth) / 2, baseline: (second + third) / 2 });
  }
  return ofRounds(contest, measured);
}

/** Both ways, measured close to each other. */
export interface Round {
  readonly value: number;
  readonly baseline: number;
}

type Judged = Pick<Contest, 'name' | 'unit' | 'goal' | 'better'>;

/** A row of rounds that were measured elsewhere: medians, also of the rounds' own ratios. */
export function ofRounds(contest: Judged, measured: readonly Round[]): Row {
  const ratios = measured.map((round) => round.value / round.baseline);
  const row = toRow(contest, {
    value: median(measured.map((round) => round.value)),
    baseline: median(measured.map((round) => round.baseline)),
    ratio: median(ratios),
  });
  return { ...row, rounds: ratios.map(rounded) };
}

/** A row of what was measured elsewhere. */
export function toRow(
  { name, unit, goal, better = 'lower' }: Judged,
  measured: { readonly value: number; readonly baseline: number; readonly ratio: number },
): Row {
  const { ratio: result } = measured;
  return {
    name,
    value: rounded(measured.value),
    unit,
    baseline: rounded(measured.baseline),
    ratio: rounded(result),
    goal,
    better,
    met: better === 'lower' ? result <= goal : result >= goal,
  };
}

/** Without those that could not be measured. */
export function withFigures(row: Row, figures: Figures): Row {
  const measured = Object.entries(figures).filter(([, figure]) => Number.isFinite(figure));
  return { ...row, beside: Object.fromEntries(measured.map(([key, figure]) => [key, rounded(figure)])) };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

const rounded = (value: number): number => Number(value.toPrecision(4));
