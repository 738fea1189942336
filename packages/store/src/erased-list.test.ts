import { randomBytes } from 'node:crypto';
import { FormatError, parseCustomerId } from '@segment-store/contract/id';
import { expect, test } from 'vitest';
import { erasedList, hashingWith, nobodyErased, parseErased } from './erased-list.ts';

const key = randomBytes(32).toString('base64');
const [ada, bob] = [parseCustomerId('ada@example.org'), parseCustomerId('bob')];
const list = erasedList(key, new Set([hashingWith(key)(ada)]));

test('a copy knows whom the list knows, and tells nobody who that is', () => {
  const copy = parseErased(list.lines());
  expect([copy.size, copy.has(ada), copy.has(bob)]).toEqual([1, true, false]);
  expect(list.lines().join()).not.toContain('ada');
});

test('a list of nobody has no lines', () => {
  expect([erasedList(key, new Set()), nobodyErased.lines(), parseErased([])]).toEqual([nobodyErased, [], nobodyErased]);
});

test.each([
  ['no key', [hashingWith(key)(ada)]],
  ['a hash cut short', [key, 'abc']],
  ['an id', [key, 'ada@example.org']],
])('%s in place of it is refused', (_, lines) => {
  expect(() => parseErased(lines)).toThrow(FormatError);
});
