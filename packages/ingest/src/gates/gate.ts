/** What must hold before a generation may go live. */
import { formatCount } from '@segment-store/cli/render/count';
import type { SegmentId } from '@segment-store/contract/id';
import { Failure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import type { Condition } from '@segment-store/store/condition';
import type { Generation, Reader, RunOutcomes, Verdict } from '@segment-store/store/store';

/** A generation as gates see it. */
export interface Opened {
  readonly generation: Generation;
  readonly reader: Reader;
}

/** Members of every segment of the catalogue that has rows, as the store counts them. */
export type Sizes = ReadonlyMap<SegmentId, number>;

/** A sealed generation beside the live one. */
export interface Judged {
  readonly sealed: Opened;
  readonly live: Opened;
  /** Of every line of the run, whichever job loaded it. */
  readonly outcomes: RunOutcomes;
  /** Of the sealed generation; counted once, however many gates ask. */
  sizes(): Promise<Sizes>;
  /** Of the sealed generation; asked once. */
  condition(): Promise<Condition>;
}

/** What a gate found, and what it would have let pass, in words for people. */
export interface Finding {
  readonly figure: string;
  readonly limit: string;
  readonly passed: boolean;
}

/** One that cannot find out rejects. */
export interface Gate {
  /** What a refusal and the generation record say, and `--accept` takes. */
  readonly name: GateName;
  judge(judged: Judged, call: Call): Promise<Finding> | Finding;
}

/** What `--accept` takes. */
export const GATE_NAMES = [
  'no-manifest',
  'empty',
  'rejected',
  'parts',
  'customers',
  'memberships',
  'segments',
  'segment-sizes',
  'unlisted-segments',
  'drift',
  'segment-drift',
  'vanished-segments',
  'mapping',
  'shards',
  'readback',
  'canaries',
] as const;
export type GateName = (typeof GATE_NAMES)[number];

/** Gates whose refusal somebody accepts, and who that is. */
export interface Overrides {
  readonly gates: ReadonlySet<string>;
  /** `user@host`. */
  readonly by: string;
}

/** Every gate runs, whatever the others found: a person sees all that is wrong at once. */
export function allGates(
  gates: readonly Gate[],
  overrides: Overrides,
): (judged: Judged, call: Call) => Promise<readonly Verdict[]> {
  return async (judged, call) => {
    const verdicts: Verdict[] = [];
    for (const gate of gates) verdicts.push(verdictOf(gate.name, await gate.judge(judged, call), overrides));
    return verdicts;
  };
}

/** An override is written down where it was needed only. */
export function verdictOf(gate: GateName, finding: Finding, { gates, by }: Overrides): Verdict {
  return { gate, ...finding, ...(!finding.passed && gates.has(gate) && { overriddenBy: by }) };
}

/** @throws Failure REFUSED naming gate, figure and limit of each verdict that failed, and how to accept them */
export function refuseUnless(verdicts: readonly Verdict[]): readonly Verdict[] {
  const failed = verdicts.filter(({ passed, overriddenBy }) => !passed && overriddenBy === undefined);
  if (failed.length === 0) return verdicts;
  const reasons = failed.map(({ gate, figure, limit }) => `  ${gate}: ${figure}, expected ${limit}`);
  const gates = failed.length === 1 ? 'a gate' : `${failed.length} gates`;
  const flags = failed.map(({ gate }) => `--accept ${gate}`).join(' ');
  const way = `mend the run and load it under a new id; or, if this is meant, run again with ${flags}`;
  throw new Failure('REFUSED', [`not published, refused by ${gates}:`, ...reasons, way].join('\n'));
}

export const passes = (figure: string, limit: string): Finding => ({ figure, limit, passed: true });

export function equal(figure: number, limit: number): Finding {
  return { figure: formatCount(figure), limit: formatCount(limit), passed: figure === limit };
}
