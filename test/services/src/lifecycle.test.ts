import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parsePolicy } from './lifecycle.ts';

const TWO_MINUTES = { timeout: 120_000 };
const shipped = join(import.meta.dirname, '..', '..', '..', 'deploy', 'elasticsearch', 'ilm-policy.json');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lifecycle-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function parsed(policy: object): Promise<unknown> {
  const file = join(folder, 'policy.json');
  await writeFile(file, JSON.stringify({ policy }));
  return parsePolicy(file);
}

test('Elasticsearch reads the policy that we ship: it deletes, after 30 days', TWO_MINUTES, async () => {
  const phases = { delete: { min_age: '30d', actions: { delete: { delete_searchable_snapshot: true } } } };
  expect(await parsePolicy(shipped)).toMatchObject({ phases });
});

test('the policy that we ship does nothing else', async () => {
  const { policy }: { policy: { phases: object } } = JSON.parse(await readFile(shipped, 'utf8'));
  expect(Object.keys(policy.phases)).toEqual(['delete']);
});

test.each([
  ['an unknown action', { phases: { delete: { actions: { vanish: {} } } } }, 'vanish'],
  ['an action of another phase', { phases: { delete: { actions: { rollover: { max_age: '1d' } } } } }, 'rollover'],
  ['an age that is none', { phases: { delete: { min_age: 'soon', actions: { delete: {} } } } }, 'soon'],
])('Elasticsearch refuses %s', TWO_MINUTES, async (_, policy, named) => {
  await expect(parsed(policy)).rejects.toThrow(named);
});
