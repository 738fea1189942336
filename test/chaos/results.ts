/** What a run of chaos found, as `docs/chaos.json` has it. */
import { isKept, type Verdict } from './check.ts';
import { isBorne, type Row } from './rows.ts';

export interface Results {
  /** ISO 8601; null: nobody has run it yet. */
  readonly startedAt: string | null;
  /** Cores and their name. */
  readonly machine: string;
  /** Of the whole run, with the start of the stack. */
  readonly seconds: number;
  readonly lookupsPerSecond: number;
  readonly rows: readonly Row[];
  readonly verdicts: readonly Verdict[];
}

/** A line for everything that is not as it was promised; none: all is. */
export function complaintsOf(results: Pick<Results, 'rows' | 'verdicts'>, faults: number): readonly string[] {
  const { rows, verdicts } = results;
  return [
    ...rows.filter((row) => !isBorne(row)).map(({ fault, ...row }) => `${fault}: ${JSON.stringify(row)}`),
    ...(rows.length < faults ? [`${faults - rows.length} faults were not reached`] : []),
    ...verdicts.filter((verdict) => !isKept(verdict)).flatMap(told),
  ];
}

function told({ name, says, judged, violations, examples }: Verdict): readonly string[] {
  if (judged === 0) return [`${name} (${says}): nothing was there to be judged`];
  return [`${name} (${says}): ${violations} violations`, ...examples.map((one) => `  ${one}`)];
}
