import { createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { keyedHash } from './keyed-hash.ts';

test('is HMAC-SHA-256, for texts of every length and script', () => {
  const key = randomBytes(32);
  const hash = keyedHash(key, 512);
  const texts = [
    '',
    'a',
    'é"\\',
    '日本',
    '😀',
    ...Array.from({ length: 513 }, (_, length) => 'x'.repeat(512 - length)),
  ];
  for (const text of [...texts, ...texts]) {
    expect(hash(text)).toBe(createHmac('sha256', key).update(text).digest('base64url'));
  }
});
