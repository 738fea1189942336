/** The budget for parts: how many may be left out because they are corrupt. */
import { formatCount } from '@segment-store/cli/render/count';
import type { RunOutcomes } from '@segment-store/store/store';
import type { Finding, Gate } from './gate.ts';
import { named } from './named.ts';

export interface PartLimits {
  readonly maxBadParts: number;
  /** Share of the parts. The smaller of the two counts. */
  readonly maxBadPartsShare: number;
}

/** A part that was left out. */
export interface BadPart {
  readonly key: string;
  readonly code: string;
}

/** `of`: parts of the source. */
export function parts(limits: PartLimits, of: number): Gate {
  return {
    name: 'parts',
    judge: ({ outcomes }) => partsFinding(badParts(outcomes), of, limits),
  };
}

export const badParts = ({ parts }: RunOutcomes): readonly BadPart[] =>
  parts.flatMap(({ part: { key }, failure }) => (failure === undefined ? [] : [{ key, code: failure.code }]));

export function partsFinding(bad: readonly BadPart[], parts: number, limits: PartLimits): Finding {
  const allowed = allowedBadParts(parts, limits);
  const names = named(bad.map(({ key, code }) => `${key} ${code}`));
  return {
    figure: `${formatCount(bad.length)} of ${formatCount(parts)} parts left out${names}`,
    limit: `at most ${formatCount(allowed)}`,
    passed: bad.length <= allowed,
  };
}

/** Rounded down: of few parts none may be bad. */
export function allowedBadParts(parts: number, { maxBadParts, maxBadPartsShare }: PartLimits): number {
  // Shares are no whole binary fractions: 0.29 of 100 would be 28.
  return Math.min(maxBadParts, Math.floor(maxBadPartsShare * parts + 1e-9));
}
