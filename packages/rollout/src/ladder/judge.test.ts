import { expect, test } from 'vitest';
import { judge } from './judge.ts';

const of = (requests: number, errors: number) => ({ requests, errors });

test.each([
  ['as many errors', of(30_000, 3), of(30_000, 3), 'good'],
  ['none at all', of(30_000, 0), of(30_000, 0), 'good'],
  ['one and a half times as many, which chance explains', of(30_000, 6), of(30_000, 4), 'good'],
  ['ten times as many', of(30_000, 30), of(30_000, 3), 'bad'],
  ['fewer errors', of(30_000, 0), of(30_000, 300), 'good'],
  ['a bad day of both', of(30_000, 3_000), of(30_000, 3_010), 'good'],
  ['requests that are too few', of(29_999, 900), of(30_000, 0), 'unknown'],
  ['no requests', of(0, 0), of(0, 0), 'unknown'],
  ['a baseline that is three times as large', of(30_000, 3), of(90_000, 9), 'unknown'],
  ['errors that show all the same', of(30_000, 60), of(90_000, 9), 'bad'],
] as const)('%s: candidate %j, baseline %j is %s', (_, candidate, baseline, verdict) => {
  expect(judge(candidate, baseline, 30_000)).toMatchObject({ verdict });
});
