/** The budget for lines: which share of them may be rejected. */
import { formatCount } from '@segment-store/cli/render/count';
import { linesIn, rejectedIn } from '@segment-store/store/outcomes';
import type { Outcomes } from '@segment-store/store/store';
import type { Finding, Gate } from './gate.ts';
import { percent } from './percent.ts';

export interface RejectedLimits {
  /** Share of the lines. */
  readonly maxBadRecords: number;
}

export function rejected(limits: RejectedLimits): Gate {
  return { name: 'rejected', judge: ({ outcomes }) => rejectedFinding(outcomes.total, limits) };
}

export function rejectedFinding(outcomes: Outcomes, { maxBadRecords }: RejectedLimits): Finding {
  const [bad, lines] = [rejectedIn(outcomes), linesIn(outcomes)];
  const reasons = Object.entries(outcomes.rejected).map(([reason, count]) => `${formatCount(count)} ${reason}`);
  const share = lines === 0 ? 0 : bad / lines;
  const why = bad === 0 ? '' : `, ${percent(share)} (${reasons.join(', ')})`;
  return {
    figure: `${formatCount(bad)} of ${formatCount(lines)} lines${why}`,
    limit: `at most ${percent(maxBadRecords)}`,
    passed: share <= maxBadRecords,
  };
}
