import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkJars } from './maven.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'maven-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const contents = { 'a.jar': 'first', 'b.jar': 'second' };
const sums = Object.entries(contents)
  .map(([name, content]) => `${createHash('sha256').update(content).digest('hex')}  ${name}\n`)
  .join('');

function write(files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
}

test('exactly the known jars are taken', async () => {
  write(contents);
  await expect(checkJars(folder, sums)).resolves.toBeUndefined();
});

test.each([
  ['a missing jar', { 'a.jar': 'first' }, /lacks b\.jar/],
  ['an altered jar', { ...contents, 'b.jar': 'secon!' }, /b\.jar has SHA-256 [0-9a-f]{64}, not [0-9a-f]{64}/],
  ['a truncated jar', { ...contents, 'a.jar': '' }, /a\.jar has SHA-256/],
  ['a jar nobody pinned', { ...contents, 'c.jar': 'third' }, /c\.jar has SHA-256 [0-9a-f]{64}, not one we know/],
])('%s is refused by name', async (_what, files, message) => {
  write(files);
  await expect(checkJars(folder, sums)).rejects.toThrow(message);
});
