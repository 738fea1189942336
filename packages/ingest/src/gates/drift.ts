/** A generation of far more or fewer customers than the live one is rarely meant. */
import { formatCount } from '@segment-store/cli/render/count';
import { GENESIS } from '@segment-store/store/store';
import { type Gate, passes } from './gate.ts';
import { percent, signedPercent } from './percent.ts';

/** `maxDrift`: share of the live generation's customers; one customer may always come or go. */
export function drift({ maxDrift }: { readonly maxDrift: number }): Gate {
  return {
    name: 'drift',
    judge({ sealed, live }) {
      const limit = `at most ${percent(maxDrift)} more or fewer customers than the live generation`;
      if (live.generation.run === GENESIS) return passes('first publish', limit);
      const [before, now] = [live.generation.members, sealed.generation.members];
      const change = Math.abs(now - before);
      const figure = `${formatCount(now)} customers, ${formatCount(before)} live${shareOf(now - before, before)}`;
      return { figure, limit, passed: change <= Math.max(1, maxDrift * before) };
    },
  };
}

const shareOf = (change: number, before: number): string =>
  before === 0 ? '' : ` (${signedPercent(change / before)})`;
