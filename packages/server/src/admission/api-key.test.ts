import { expect, test } from 'vitest';
import { createApiKey, idOf } from './api-key.ts';

const keys = Array.from({ length: 200 }, () => createApiKey('live'));

test('a key names its environment and its id, and no two are the same', () => {
  for (const { id, text } of keys) {
    expect(text).toMatch(new RegExp(`^seg_live_${id}_[A-Za-z0-9]{49}$`));
    expect(idOf(text)).toBe(id);
  }
  expect(new Set(keys.map(({ id }) => id)).size).toBe(keys.length);
});

test('a key of which any letter was changed, lost or doubled is known to be none', () => {
  const [{ text } = { text: '' }] = keys;
  for (let at = 0; at < text.length; at++) {
    const other = text[at] === 'x' ? 'y' : 'x';
    const changed = [`${text.slice(0, at)}${other}${text.slice(at + 1)}`, text.slice(0, at) + text.slice(at + 1)];
    for (const one of [...changed, text.slice(0, at) + text.slice(at - 1)]) {
      if (one !== text) expect([one, idOf(one)]).toEqual([one, undefined]);
    }
  }
});

test.each(['', 'seg_', 'seg_live_', 'x'.repeat(10_000), 'seg_live_\u0000_x'])('%j is none', (text) => {
  expect(idOf(text)).toBeUndefined();
});
