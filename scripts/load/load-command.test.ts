import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandEvent } from '@segment-store/cli/event';
import { CommandError } from '@segment-store/cli/exit-code';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { badCalls } from './bad-input.cases.ts';
import { loadCommand } from './load-command.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'load-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function call(flags: Readonly<Record<string, string>>) {
  const given = Object.entries(flags).map(([name, value]) => [name, value.replace('$FOLDER', folder)]);
  const events: CommandEvent[] = [];
  const context = { say: (event: CommandEvent) => void events.push(event), signal: new AbortController().signal };
  // Flags are read before the first turn, and may be refused there.
  const run = async () =>
    loadCommand.run({ args: [], flags: Object.fromEntries(given), environmentPrefix: 'TEST_LOAD' }, context);
  const ended = await run().then(
    () => ({ exitCode: 0, message: '' }),
    (error) => {
      if (error instanceof CommandError) return { exitCode: error.exitCode, message: error.message };
      throw error;
    },
  );
  return { ...ended, result: events.findLast((event) => event.kind === 'result') };
}

test.each(badCalls)('$title is refused', async ({ flags, exitCode, names, files = {} }) => {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const called = await call(flags);
  for (const name of names) expect(called.message).toContain(name);
  expect(called.exitCode).toBe(exitCode);
});

test('a JMeter of your own is given its inputs, keys for this user alone, and the call that uses them', async () => {
  await writeFile(join(folder, 'customers.txt'), 'c/1\nc2\n');
  const { exitCode, result } = await call({
    target: 'http://segments.example/base/',
    key: 'seg_live_x',
    customers: '$FOLDER/customers.txt',
    write: '$FOLDER/out',
    rate: '100',
    duration: '2s',
  });
  expect(exitCode).toBe(0);
  expect(result?.text).toContain(`-q ${join(folder, 'out/load.properties')}`);
  const properties = await readFile(join(folder, 'out/load.properties'), 'utf8');
  expect(properties).toContain('target=http://segments.example/base\n');
  expect(properties).toContain('key.usual=seg_live_x\n');
  expect((await stat(join(folder, 'out/load.properties'))).mode & 0o077).toBe(0);
  const lines = (await readFile(join(folder, 'out/customers.csv'), 'utf8')).trimEnd().split('\n');
  expect(lines).toHaveLength(450);
  expect(lines.slice(0, 250).every((line) => line === 'stranger,usual')).toBe(true);
  expect(new Set(lines.slice(250)).has('c%2F1,usual')).toBe(true);
});
