/** The bundled data, whole: what the command writes equals what plain SQL finds, for every customer. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startCommand } from '@segment-store/cli/child';
import { expect, test } from 'vitest';
import { scratchDirectory, testEngine } from './order-lines.fixture.ts';
import { readRun } from './run-folder.fixture.ts';

const example = join(import.meta.dirname, '../../../examples/online-retail');

test('segments of the bundled orders equal the oracle, for every customer', { timeout: 60_000 }, async () => {
  await using scratch = await scratchDirectory();
  const run = '20260201t030405z';
  const files = { orders: 'orders.parquet', definitions: 'definitions.json', categories: 'categories.csv' };
  const flags = Object.entries(files).flatMap(([flag, file]) => [`--${flag}`, join(example, file)]);
  const args = ['run', ...flags, '--as-of', '2011-12-10', '--to', scratch.path, '--run', run];
  const { exitCode, stderr } = await startCommand(join(import.meta.dirname, 'main.ts'), args).finished;
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });

  const { members, segments, manifest } = await readRun(join(scratch.path, run));
  const pairs = members.flatMap(({ customerId, segmentIds }) => segmentIds.map((id) => `${customerId} ${id}`));
  const expected = await askOracle();
  expect(pairs.length).toBeGreaterThan(20_000);
  expect(pairs).toEqual(expected);
  expect(manifest.totals).toEqual({ customers: 4338, memberships: expected.length, segments: segments.length });
  expect(manifest.rejectedUpstream).toBe(144_025);
  const sizes = Map.groupBy(expected, (pair) => pair.slice(pair.indexOf(' ') + 1));
  for (const { id, size } of segments) expect([id, size]).toEqual([id, sizes.get(id)?.length ?? 0]);
});

async function askOracle(): Promise<readonly string[]> {
  await using engine = await testEngine();
  await engine.run(`SET file_search_path = '${example}'`);
  await engine.run('SET preserve_insertion_order = true');
  const rows = await engine.rows(await readFile(join(example, 'oracle.sql'), 'utf8'));
  return rows.map((row) => row.join(' '));
}
