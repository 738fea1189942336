import { expect, test } from 'vitest';
import { categoryOf, parseCategories } from './categories.ts';

const rules = parseCategories('keyword,category\r\nT-Light,lighting\nlight,garden\ncake tin,kitchen\nTIN,storage\n');

test.each([
  ['HANGING T-LIGHT HOLDER', 'lighting'],
  ['HANGING T LIGHT HOLDER', 'lighting'],
  ['GARDEN LIGHT', 'garden'],
  ['LIGHTER', 'other'],
  ['a red cake  tin', 'kitchen'],
  ['CAKE (TIN)', 'kitchen'],
  ['TIN OF CAKE', 'storage'],
  ['PAINTING', 'other'],
  ['', 'other'],
  ['***', 'other'],
])('%j is %s', (description, category) => {
  expect(categoryOf(description, rules)).toBe(category);
});

test.each([
  ['nothing', '', 'line 1'],
  ['no header', 'MUG,kitchen\n', 'line 1: the first line must be keyword,category'],
  ['no category', 'keyword,category\nMUG\n', 'line 2'],
  ['an empty category', 'keyword,category\nMUG,\n', 'line 2'],
  ['a keyword without letters', 'keyword,category\n--,kitchen\n', 'line 2'],
  ['an empty line between', 'keyword,category\n\nMUG,kitchen\n', 'line 2'],
  ['three fields', 'keyword,category\nMUG,kitchen,9\n', '"MUG,kitchen,9"'],
  ['a keyword twice', 'keyword,category\nMUG,kitchen\nmug,toys\n', '"MUG" is on line 2 already'],
])('a table with %s is refused', (_, text, names) => {
  expect(() => parseCategories(text)).toThrowError(
    expect.objectContaining({ name: 'FormatError', message: expect.stringContaining(names) }),
  );
});
