/** A generation without customers would answer "unknown" for everybody. */
import { formatCount } from '@segment-store/cli/render/count';
import type { Finding, Gate } from './gate.ts';

export const empty: Gate = { name: 'empty', judge: ({ sealed }) => atLeastOne(sealed.generation.members) };

export const atLeastOne = (customers: number): Finding => ({
  figure: `${formatCount(customers)} customers`,
  limit: 'at least 1',
  passed: customers > 0,
});
