import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Leashed } from './leashed.ts';
import { freePort, startProcess } from './process.ts';

let cache = '';
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'leashed-test-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
});
afterAll(() => rmSync(cache, { recursive: true }));

function node(script: string) {
  return async () => ({ command: process.execPath, args: ['-e', script] });
}

/** An orphan that has ended counts as ended, also while nobody has reaped it. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

interface Held {
  readonly pid: number;
  readonly grandchild: number;
  readonly folder: string;
  readonly logFile: string;
}

async function startHolder(): Promise<{ holder: ChildProcess; held: Held }> {
  const holder = spawn(process.execPath, [join(import.meta.dirname, 'holder.fixture.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: holder.stdout })) return { holder, held: JSON.parse(line) };
  throw new Error('the holder said nothing');
}

test.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
  '%s of the holder ends the command, what it started and its folder',
  async (signal) => {
    const { holder, held } = await startHolder();
    expect([isRunning(held.pid), isRunning(held.grandchild), existsSync(held.folder)]).toEqual([true, true, true]);
    holder.kill(signal);
    await expect.poll(() => existsSync(held.folder), { timeout: 10_000 }).toBe(false);
    const both = () => [isRunning(held.pid), isRunning(held.grandchild)];
    await expect.poll(both).toEqual([false, false]);
    expect(existsSync(held.logFile)).toBe(true);
  },
);

test('a killed leash is made up for when the command is ended', async () => {
  const held = await Leashed.start('unleashed', node('console.log(process.ppid); setInterval(() => {}, 1000)'));
  await expect.poll(() => held.log()).toMatch(/^\d+\n/);
  process.kill(Number(await held.log()), 'SIGKILL');
  await held.end();
  await expect.poll(() => isRunning(held.pid)).toBe(false);
  expect(existsSync(held.folder)).toBe(false);
});

test('ending removes folder and log, and twice is once', async () => {
  const held = await Leashed.start('ended', node('setInterval(() => {}, 1000)'));
  const { folder, pid, logFile } = held;
  await Promise.all([held.end(), held.end()]);
  expect([isRunning(pid), existsSync(folder), existsSync(logFile)]).toEqual([false, false, false]);
});

test('a kept log holds both outputs of the command', async () => {
  const held = await Leashed.start('logged', node('console.log("out"); console.error("err")'));
  expect(await held.ended(10_000)).toBe('0');
  await held.end({ keepLog: true });
  expect(await readFile(held.logFile, 'utf8')).toBe('out\nerr\n');
});

test('a command works in its own folder, which is its temp folder too', async () => {
  const held = await Leashed.start('located', node('console.log(process.cwd(), require("node:os").tmpdir())'));
  await held.ended(10_000);
  expect(await held.log()).toBe(`${held.folder} ${held.folder}\n`);
  await held.end();
});

test('a command that does not exist says so', async () => {
  const starting = Leashed.start('absent', async () => ({ command: '/no/such/command', args: [] }));
  await expect(starting).rejects.toThrow('absent did not start: spawn /no/such/command ENOENT');
});

test('a server that ends before it is ready is reported with its exit code and last words', async () => {
  const starting = startProcess({
    name: 'broken',
    command: node('console.error("bad setting"); process.exit(3)'),
    ready: async () => false,
    readyWithinMs: 10_000,
  });
  await expect(starting).rejects.toThrow(/^broken ended with 3 before it was ready; log .*\nbad setting$/s);
});

test('a server that never answers is stopped and reported', async () => {
  let folder = '';
  const starting = startProcess({
    name: 'mute',
    command: async (given) => {
      folder = given;
      return { command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] };
    },
    ready: async () => false,
    readyWithinMs: 300,
  });
  await expect(starting).rejects.toThrow('mute was not ready within 300 ms');
  expect(existsSync(folder)).toBe(false);
});

test('a server is ready once it answers', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    name: 'echo',
    command: node(`require('node:http').createServer((_, answer) => answer.end('hello')).listen(${port}, '127.0.0.1')`),
    ready: async () => (await fetch(url)).ok,
    readyWithinMs: 10_000,
  });
  expect(await (await fetch(url)).text()).toBe('hello');
  await server.stop();
  await expect(fetch(url)).rejects.toThrow();
});
