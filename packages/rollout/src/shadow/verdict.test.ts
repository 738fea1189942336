import { expect, test } from 'vitest';
import { emptyTally, parseTally } from './tally.ts';
import { verdictOf } from './verdict.ts';

const HOUR = 3_600_000;
const limits = { excess: 0.00001, comparisons: 1_000_000, observedMs: 24 * HOUR };
const tally = (found: object) => ({ ...emptyTally, comparisons: 1_000_000, observedMs: 24 * HOUR, ...found });

test.each([
  ['nothing differs', {}, 'passed'],
  ['ten of a million differ', { candidate: 10 }, 'passed'],
  ['eleven do', { candidate: 11 }, 'refused'],
  ['noise of the controls explains it', { candidate: 5_000, noise: 5_003, both: 4_900 }, 'passed'],
  ['a noisy control A is not blamed on the candidate', { both: 20_000 }, 'passed'],
  ['nor a noisy control B', { noise: 20_000 }, 'passed'],
  ['beyond the noise it is', { candidate: 6_000, noise: 5_000 }, 'refused'],
  ['one in a thousand is wrong', { candidate: 1_000 }, 'refused'],
  ['it does not answer where the controls do', { candidateSilent: 20 }, 'refused'],
  ['nobody answers when the comparator is slow', { candidateSilent: 900, controlSilent: 895, silent: 700 }, 'passed'],
  ['silent controls do not excuse wrong answers', { candidate: 900, controlSilent: 5_000 }, 'refused'],
  ['there is a comparison too few', { comparisons: 999_999 }, 'inconclusive'],
  ['an hour is missing', { observedMs: 23 * HOUR }, 'inconclusive'],
  ['nothing came', { comparisons: 0 }, 'inconclusive'],
  [
    'one in a thousand is wrong, which shows long before',
    { comparisons: 20_000, observedMs: 1, candidate: 20 },
    'refused',
  ],
  ['a few are wrong, which may be chance', { comparisons: 1_000, candidate: 9 }, 'inconclusive'],
  ['much differs, as much as the controls do', { comparisons: 20_000, candidate: 220, noise: 200 }, 'inconclusive'],
] as const)('%s: %j', (_, found, verdict) => {
  expect(verdictOf(tally(found), limits)).toMatchObject({ verdict });
});

test('what is missing is told', () => {
  const { why } = verdictOf(tally({ comparisons: 500_000, observedMs: 6 * HOUR }), limits);
  expect(why).toContain('500000 of 1000000 comparisons, 6.00 of 24.00 h');
});

test.each([
  '',
  '[]',
  '{}',
  JSON.stringify({ ...emptyTally, noise: -1 }),
  JSON.stringify({ ...emptyTally, noise: 'x' }),
])('%s is no tally', (text) => {
  expect(() => parseTally(text)).toThrow();
});
