/** What a ledger may say. */
import type { Part } from '@segment-store/contract/manifest';
import { nothing, sumOutcomes } from '@segment-store/store/outcomes';
import type { Outcomes, PartOutcomes, RunOutcomes } from '@segment-store/store/store';

export const partOf = (index: number, rows = 10, memberships: number = 2 * rows): Part => ({
  key: `members/p${index}`,
  bytes: 100,
  rows,
  memberships,
});

/** A part that was read to its end: all of its lines created, but for what `outcomes` says. */
export function finished(part: Part, outcomes: Partial<Outcomes> = {}): PartOutcomes {
  const whole = { ...nothing, created: part.rows, memberships: part.memberships ?? 0 };
  return { part, state: 'finished', outcomes: { ...whole, ...outcomes } };
}

/** A part that turned out to be corrupt behind `created` lines. */
export function failed(part: Part, created = 0): PartOutcomes {
  const failure = { code: 'CORRUPT', message: `${part.key} ends in the middle of its gzip data` };
  return { part, state: 'failed', outcomes: { ...nothing, created, memberships: 2 * created }, failure };
}

export const ledger = (...parts: readonly PartOutcomes[]): RunOutcomes => ({
  total: sumOutcomes(parts.map(({ outcomes }) => outcomes)),
  parts,
});
