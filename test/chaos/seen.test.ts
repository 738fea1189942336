import { expect, test } from 'vitest';
import { answer, BACK, foundOf, inOrder, keptHistory, SECOND } from './history.fixture.ts';
import type { Answer } from './history.ts';
import { seenBefore } from './seen.ts';

/** The roll back was at 100,000 and is heard of by 110,000; server-1 died at 60,000. */
const kept = keptHistory();
kept.answers.push(answer(65_000, SECOND, { customer: 'c1' }));
kept.answers.push(answer(115_000, SECOND, { customer: 'c2', found: foundOf('c2', SECOND, BACK) }));
kept.answers.push(answer(91_000, SECOND, { customer: 'c8', found: foundOf('c8', SECOND, 2, { isStale: true }) }));
const isSeen = seenBefore(inOrder(kept));
const failed = (customer: string, askedAt: number, server = 'server-1'): Answer => ({
  ...{ customer, askedAt, server, answeredAt: askedAt + 250 },
  ...{ status: 503, problem: 'store-unavailable' },
});

test('a process knows whom it has answered for before', () => {
  expect(isSeen(failed('c1', 66_000))).toBe(true);
  expect(isSeen(failed('c1', 64_000))).toBe(false);
  expect(isSeen(failed('c7', 66_000))).toBe(false);
});

test('another process knows nobody of whom this one does, nor does the one in its place', () => {
  expect(isSeen(failed('c1', 66_000, 'server-2'))).toBe(false);
  expect(isSeen(failed('c1', 59_000))).toBe(true); // before it died
  expect(isSeen(failed('c1', 62_000))).toBe(false);
});

test('a roll back begins anew, once everybody has heard of it', () => {
  expect(isSeen(failed('c1', 101_000))).toBe(false);
  expect(isSeen(failed('c4', 116_000))).toBe(false); // last answered for at 104,000
  expect(isSeen(failed('c2', 116_000))).toBe(true);
});

test('whoever is to be forgotten was never seen', () => {
  expect(isSeen(failed('c9', 119_000))).toBe(false);
});

test('a stale answer alone was read while its generation was left, and is not kept', () => {
  expect(isSeen(failed('c8', 92_000))).toBe(false);
});
