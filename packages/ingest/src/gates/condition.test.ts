import { unlimited } from '@segment-store/resilience/operation';
import type { Condition } from '@segment-store/store/condition';
import { expect, test } from 'vitest';
import { mapping, shards } from './condition.ts';
import { genesis, judged, now } from './judged.fixture.ts';

const sealed = now({ c1: ['a'] });

async function judge(changes: Partial<Condition>) {
  const both = judged(sealed, genesis);
  const condition = { ...(await both.condition()), ...changes };
  const changed = { ...both, condition: async () => condition };
  return { mapping: await mapping.judge(changed, unlimited), shards: await shards.judge(changed, unlimited) };
}

const none = { wanted: 2, active: 1, starting: 0, missing: 1, lost: 0 };

test('a missing copy passes: the others answer', async () => {
  const found = await judge({ health: 'yellow', shards: none });
  expect(found).toMatchObject({ mapping: { passed: true }, shards: { passed: true } });
});

test.each<[string, Partial<Condition>]>([
  ['a lost shard', { health: 'red', shards: { ...none, lost: 1 } }],
  ['documents that went away', { counted: { members: 0, segments: 1 } }],
])('%s is refused', async (_, changes) => {
  expect(await judge(changes)).toMatchObject({ mapping: { passed: true }, shards: { passed: false } });
});

test('a mapping or setting that somebody changed is refused, and named', async () => {
  const { mapping } = await judge({ changes: ['x-members-1, mapping: dynamic is true, it was made strict'] });
  expect(mapping).toMatchObject({ passed: false, figure: expect.stringContaining('dynamic is true') });
});
