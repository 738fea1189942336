import { expect, test } from 'vitest';
import { complementFile } from './complement-definition.bad-input.cases.ts';
import { definitionsFile } from './definition.bad-input.cases.ts';
import { parseDefinitions } from './definition.ts';
import { expand, segmentIdOf } from './expand.ts';
import { isSegmentId } from './id.ts';

test('a definition over a value is a segment with its name, attribute and version', () => {
  const [definition] = parseDefinitions(definitionsFile({ version: 7 }));
  expect(definition && expand(definition, 'country', 'United Kingdom')).toEqual({
    id: 'new-customers:country:United~20Kingdom',
    type: 'new',
    name: 'New customers: United Kingdom',
    attributes: { country: 'United Kingdom' },
    definition: 'new-customers',
    definitionVersion: '7',
  });
});

test.each(['known', 'everyone', 'ordered'])(
  'a complement stands on segments of its own value, within %s',
  (universe) => {
    const [definition] = parseDefinitions(complementFile({ when: { complement: { of: 'ordered', universe } } }));
    expect(definition && expand(definition, 'country', 'New Zealand')).toMatchObject({
      id: 'never-ordered:country:New~20Zealand',
      complementOf: 'ordered:country:New~20Zealand',
      universe: universe === 'ordered' ? 'ordered:country:New~20Zealand' : universe,
    });
  },
);

test.each([
  ['123', 'd:store:123'],
  ['a-b_c.D', 'd:store:a-b_c.D'],
  ['a b', 'd:store:a~20b'],
  ['a:b', 'd:store:a~3Ab'],
  ['a~20b', 'd:store:a~7E20b'],
  ['Zürich', 'd:store:Z~C3~BCrich'],
  ['店', 'd:store:~E5~BA~97'],
  ['\n', 'd:store:~0A'],
])('value %j is written %s', (value, id) => {
  expect(segmentIdOf('d', 'store', value)).toBe(id);
});

test('128 bytes stand, 129 are cut to a prefix and a hash of the whole', () => {
  const value = 'x'.repeat(120);
  expect(segmentIdOf('d', 'store', value)).toBe(`d:store:${value}`);
  expect(segmentIdOf('d', 'store', `${value}y`)).toMatch(/^d:store:x{102}~h[0-9a-f]{16}$/);
  expect(segmentIdOf('d', 'store', `${value}y`)).not.toBe(segmentIdOf('d', 'store', `${value}z`));
});

test('a hash is stable: ids are kept in stores and in code that asks', () => {
  expect(segmentIdOf('new-customers', 'category', 'long '.repeat(30))).toBe(
    'new-customers:category:long~20long~20long~20long~20long~20long~20long~20long~20long~20long~20long~20long~20lon~h54ea5c8cbe2bc657',
  );
});

test.each([100, 101, 102])('a cut after %i letters leaves no half escape', (letters) => {
  const id = segmentIdOf('d', 'store', `${'x'.repeat(letters)}${'ü'.repeat(20)}`);
  expect(isSegmentId(id)).toBe(true);
  expect(id).toMatch(/^d:store:x+(~[0-9A-F]{2})*~h[0-9a-f]{16}$/);
  expect(id.length).toBeGreaterThan(128 - 3);
});
