import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { call, type Flags, scratch } from './commands.fixture.ts';
import { readOutCommand } from './read-out-command.ts';

const exposure = (exposureId: string, fields: object) =>
  JSON.stringify({ experiment: 'win-back', segment: 's', exposureId, rulesVersion: '7', generation: 'g', ...fields });
const arm = (name: string, count: number, fields: object = { variant: name }) =>
  Array.from({ length: count }, (_, index) => exposure(`${name}-${index}`, fields));
const outcomes = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => JSON.stringify({ exposureId: `${name}-${index}`, order: index }));

async function readOut(exposures: readonly string[], converted: readonly string[], flags: Flags = {}) {
  await using folder = await scratch();
  await writeFile(folder.path('exposures'), exposures.join('\n'));
  await writeFile(folder.path('outcomes'), converted.join('\n'));
  const files = { exposures: folder.path('exposures'), outcomes: folder.path('outcomes') };
  return await call(readOutCommand, { args: ['win-back'], flags: { ...files, ...flags } });
}

test('each arm has its rate and interval, each but the control what it differs in', async () => {
  const exposures = [
    ...[...arm('control', 80), ...arm('control', 40), ...arm('discount', 70)], // told of again: counted once
    ...arm('held', 30, { heldOut: 'here' }),
    exposure('x', { experiment: 'another', variant: 'discount', segment: 'Lyon\u2028Paris' }),
  ];
  const converted = [
    ...outcomes('control', 48),
    ...outcomes('discount', 56),
    ...outcomes('held', 3),
    ...outcomes('nobody', 9),
  ];
  const { data, exitCode } = await readOut(exposures, converted);
  expect(data).toMatchObject({
    arms: [
      { name: 'control', exposed: 80, converted: 48, rate: 0.6 },
      { name: 'discount', exposed: 70, converted: 56, rate: 0.8, difference: { rate: expect.closeTo(0.2, 9) } },
      { name: 'held out', exposed: 30, converted: 3, rate: 0.1 },
    ],
    shares: { passed: true, chance: expect.closeTo(0.414, 3) },
    versions: ['7'],
  });
  // As published: 56 of 70 less 48 of 80.
  expect(Object(data).arms[1].difference).toMatchObject({
    low: expect.closeTo(0.0524, 4),
    high: expect.closeTo(0.3339, 4),
  });
  expect(exitCode).toBe(0);
});

test('arms that did not get their share are told of: nothing may be decided', async () => {
  const exposures = [...arm('control', 600), ...arm('discount', 400)];
  const even = await readOut(exposures, outcomes('control', 5));
  expect(even.data).toMatchObject({ shares: { passed: false } });
  expect([even.exitCode, even.message]).toEqual([4, expect.stringContaining('do not decide')]);
  const weighed = await readOut(exposures, outcomes('control', 5), { weights: 'control=3,discount=2' });
  expect(weighed.message).toBe('');
  expect([weighed.exitCode, weighed.data]).toMatchObject([0, { shares: { passed: true, chance: 1 } }]);
});

test('who was in two arms is in none', async () => {
  const { data, exitCode } = await readOut(
    [...arm('control', 9), ...arm('discount', 9), exposure('control-0', { variant: 'discount' })],
    [],
  );
  expect(data).toMatchObject({ twice: 1, arms: [{ exposed: 8 }, { exposed: 9 }] });
  expect(exitCode).toBe(4);
});

const refused = (title: string, exposures: readonly string[], flags: Flags, exitCode: number) => (name: string) => ({
  ...{ title, exposures, flags, exitCode, name },
});
test.each([
  refused('no exposures of it', [exposure('x', { experiment: 'other', variant: 'a' })], {}, 7)('win-back'),
  refused('a line that is no JSON', ['{'], {}, 7)('line 1'),
  refused('an exposure of nobody', [JSON.stringify({ experiment: 'win-back', variant: 'a' })], {}, 7)('exposureId'),
  refused('an exposure without an arm', [exposure('x', {})], {}, 7)('variant'),
  refused('an arm of nobody', arm('a', 1), { control: 'b' }, 2)('--control b'),
  refused('a weight that is none', arm('a', 1), { weights: 'a' }, 2)('--weights a'),
  refused('a file that is not there', [], { exposures: '/none.ndjson' }, 2)('/none.ndjson'),
  refused('no outcomes', arm('a', 1), { outcomes: '[]' }, 2)('--outcomes is missing'),
])('$title: refused', async ({ exposures, flags, exitCode, name }) => {
  const finished = await readOut(exposures, [], flags);
  expect([finished.exitCode, finished.message]).toEqual([exitCode, expect.stringContaining(name)]);
});
