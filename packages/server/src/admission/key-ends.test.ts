import { expect, test } from 'vitest';
import { keyEnds } from './key-ends.ts';
import type { KeyRecord } from './key-record.ts';

const key = (name: string, ends: string, revoked?: string): KeyRecord => ({
  id: 'abcdefghij',
  name,
  sha256: '0'.repeat(64),
  scopes: ['read'],
  class: 'normal',
  createdAt: new Date(0),
  expiresAt: new Date(ends),
  ...(revoked !== undefined && { revokedAt: new Date(revoked) }),
});

test('a key that another one of its service follows may end, unless that one was revoked', () => {
  const ends = keyEnds([
    key('checkout', '2026-02-01'),
    key('checkout', '2027-02-01'),
    key('feed', '2026-03-01'),
    key('feed', '2027-03-01', '2026-01-01'),
    key('gone', '2027-01-01', '2026-01-01'),
  ]);
  expect(ends).toEqual([
    { name: 'checkout', endsAt: new Date('2027-02-01') },
    { name: 'feed', endsAt: new Date('2026-03-01') },
  ]);
});
