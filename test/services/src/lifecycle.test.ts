import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Kind, parsePolicy } from './lifecycle.ts';

const TWO_MINUTES = { timeout: 120_000 };
const deploy = join(import.meta.dirname, '..', '..', '..', 'deploy', 'elasticsearch');
const shipped = join(deploy, 'ilm-policy.json');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lifecycle-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function parsed(kind: Kind, body: object): Promise<unknown> {
  const file = join(folder, 'body.json');
  await writeFile(file, JSON.stringify(body));
  return parsePolicy(kind, file);
}

test('Elasticsearch reads the policy that we ship: it deletes, after 30 days', TWO_MINUTES, async () => {
  const phases = { delete: { min_age: '30d', actions: { delete: { delete_searchable_snapshot: true } } } };
  expect(await parsePolicy('ilm', shipped)).toMatchObject({ phases });
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
  await expect(parsed('ilm', { policy })).rejects.toThrow(named);
});

test(
  'Elasticsearch reads when the policy that we ship takes snapshots, of what, and how long it keeps them',
  TWO_MINUTES,
  async () => {
    expect(await parsePolicy('slm', join(deploy, 'slm-policy.json'))).toMatchObject({
      schedule: '0 30 5 * * ?',
      config: { indices: ['segments-*'], include_global_state: false },
      retention: { expire_after: '7d', min_count: 2, max_count: 14 },
    });
  },
);

test('Elasticsearch knows every privilege of the roles that we ship', TWO_MINUTES, async () => {
  for (const name of ['loads', 'answers', 'people']) {
    const file = join(deploy, `role-${name}.json`);
    const { indices }: { indices: object } = JSON.parse(await readFile(file, 'utf8'));
    expect(await parsePolicy('role', file)).toMatchObject({ indices });
  }
});

test.each([
  ['a time that is none', 'slm', { schedule: 'nightly', name: 's', repository: 'r', config: {} }, 'nightly'],
  ['a privilege that is none', 'role', { indices: [{ names: ['*'], privileges: ['look'] }] }, 'look'],
] as const)('Elasticsearch refuses %s', TWO_MINUTES, async (_, kind, body, named) => {
  await expect(parsed(kind, body)).rejects.toThrow(named);
});
