import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

test.each([
  ['verson', 'version'],
  ['VERSION', 'version'],
  ['tpye', 'type'],
  ['ype', 'type'],
  ['tipe', 'type'],
  ['timezone', 'timeZone'],
  ['zzzzzzz', undefined],
  ['', undefined],
])('%j is meant to be %s', (word, expected) => {
  expect(nearest(word, ['version', 'type', 'timeZone'])).toBe(expected);
});
