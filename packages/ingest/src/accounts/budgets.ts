/** How much of a run may be bad before it is refused: lines, and whole parts. */
import type { Part } from '@segment-store/contract/manifest';
import { type Failure, isFailure } from '@segment-store/resilience/failure';
import { linesIn, nothing, rejectedIn, sumOutcomes } from '@segment-store/store/outcomes';
import type { Outcomes, PartFailure, RunOutcomes, Verdict } from '@segment-store/store/store';
import { type Finding, type GateName, type Overrides, refuseUnless, verdictOf } from '../gates/gate.ts';
import { allowedBadParts, type BadPart, badParts, type PartLimits, partsFinding } from '../gates/parts.ts';
import { type RejectedLimits, rejectedFinding } from '../gates/rejected.ts';

export interface BudgetLimits extends RejectedLimits, PartLimits {
  /** Lines that must be settled before the share of rejected ones counts, while the run is loaded. */
  readonly badRecordsAfter: number;
}

/** Over the whole run, as far as this job knows it. Every method throws REFUSED once a budget is overdrawn. */
export interface Budgets {
  /** What the ledger says before this job takes its first part. */
  begin(outcomes: RunOutcomes): void;
  /** All that is settled of a part by now. */
  settled(part: Part, outcomes: Outcomes): void;
  /** What to leave the part out for. Throws what ended it where that is nothing to go on after. */
  excuse(part: Part, error: unknown): PartFailure;
  /** What the ledger says in the end: now the shares count whatever the sample. */
  end(outcomes: RunOutcomes): void;
}

/** `onRefused` hears of a budget that is overdrawn, before it throws. */
export function createBudgets(
  parts: number,
  limits: BudgetLimits,
  overrides: Overrides,
  onRefused: (verdict: Verdict) => void = () => {},
): Budgets {
  const lines = new LineCounts();
  const bad = new Map<string, BadPart>();
  const hold = (gate: GateName, finding: Finding) => {
    const verdict = verdictOf(gate, finding, overrides);
    if (!verdict.passed && verdict.overriddenBy === undefined) onRefused(verdict);
    refuseUnless([verdict]);
  };
  const spared = allowedBadParts(parts, limits) > 0 || overrides.gates.has('parts');
  return {
    begin(outcomes) {
      for (const one of outcomes.parts) lines.set(one.part, one.outcomes);
      for (const one of badParts(outcomes)) bad.set(one.key, one);
    },
    settled(part, outcomes) {
      bad.delete(part.key); // one that is retried is not bad before it proves to be again
      lines.set(part, outcomes);
      if (lines.lines < limits.badRecordsAfter || lines.rejected <= limits.maxBadRecords * lines.lines) return;
      hold('rejected', rejectedFinding(lines.sum(), limits));
    },
    excuse(part, error) {
      if (!isCorrupt(error) || !spared) throw error;
      bad.set(part.key, { key: part.key, code: error.code });
      hold('parts', partsFinding([...bad.values()], parts, limits));
      return { code: error.code, message: error.message };
    },
    end(outcomes) {
      hold('rejected', rejectedFinding(outcomes.total, limits));
      hold('parts', partsFinding(badParts(outcomes), parts, limits));
    },
  };
}

/** A part that changed or is gone makes another run of it; one whose bytes are no member lines is only bad. */
const isCorrupt = (error: unknown): error is Failure => isFailure(error) && error.code === 'CORRUPT';

/** Asked for every block of lines, of any number of parts. */
class LineCounts {
  readonly #parts = new Map<string, Outcomes>();
  lines = 0;
  rejected = 0;

  set({ key }: Part, outcomes: Outcomes): void {
    const before = this.#parts.get(key) ?? nothing;
    this.lines += linesIn(outcomes) - linesIn(before);
    this.rejected += rejectedIn(outcomes) - rejectedIn(before);
    this.#parts.set(key, outcomes);
  }

  sum(): Outcomes {
    return sumOutcomes([...this.#parts.values()]);
  }
}
