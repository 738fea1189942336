import { expect, test } from 'vitest';
import { badComplements, complementFile } from './complement-definition.bad-input.cases.ts';
import { badDefinitions, definitionsFile } from './definition.bad-input.cases.ts';
import { type Definition, definitionHash, parseDefinitions } from './definition.ts';

test.each([...badDefinitions, ...badComplements])('$title is refused', ({ text, names }) => {
  expect(() => parseDefinitions(text)).toThrowError(
    expect.objectContaining({ name: 'FormatError', reason: 'malformed' }),
  );
  for (const name of names) expect(() => parseDefinitions(text)).toThrowError(name);
});

test('a definition is read with its defaults', () => {
  const text = definitionsFile({ when: { orderCount: { atLeast: 2, withinDays: 90 } } });
  expect(parseDefinitions(text)).toEqual([
    {
      key: 'new-customers',
      version: 1,
      type: 'new',
      name: 'New customers',
      over: [{ dim: 'country', from: 'orders' }],
      when: { leaf: 'orderCount', atLeast: 2, withinDays: 90 },
      timeZone: 'UTC',
    },
  ]);
});

test('a complement is of the definition that its file says, in the time zone of that', () => {
  const text = complementFile().replace('"key":"ordered"', '"key":"ordered","timeZone":"Europe/London"');
  const [never] = parseDefinitions(text);
  expect(never).toMatchObject({
    when: { leaf: 'complement', of: 'ordered', universe: 'everyone' },
    timeZone: 'Europe/London',
  });
});

function only(text: string): Definition {
  const [definition] = parseDefinitions(text);
  if (definition === undefined) throw new Error('no definition');
  return definition;
}

const over = [
  { dim: 'country', from: ['France', 'Spain'] },
  { dim: 'city', from: 'orders' },
];

test('the order of keys and lists, a default written out and the description leave the hash as it is', () => {
  const file = { type: 'new', version: 1, timeZone: 'UTC', description: 'changed' };
  const turned = [
    { from: 'orders', dim: 'city' },
    { from: ['Spain', 'France'], dim: 'country' },
  ];
  const hash = definitionHash(only(definitionsFile({ over })));
  expect(definitionHash(only(definitionsFile({ ...file, over: turned })))).toBe(hash);
});

test.each(
  Object.entries({
    version: 2,
    key: 'other',
    name: 'Other',
    timeZone: 'Europe/London',
    when: { firstOrder: { withinDays: 31 } },
    over: over.slice(1),
  }),
)('another %s gives another hash', (key, value) => {
  const before = definitionHash(only(definitionsFile({ over })));
  expect(definitionHash(only(definitionsFile({ over, [key]: value })))).not.toBe(before);
});
