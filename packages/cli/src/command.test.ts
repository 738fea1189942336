import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { badInput } from './bad-input.cases.ts';

const DEMO = `
import { command, main } from './command.ts';
import { CommandError, exitCode } from './exit-code.ts';
import { list } from './list.ts';
import { flag, integer, requiredText } from './option.ts';
const copy = command({
  name: 'copy', summary: 'Copies.', arguments: ['<from>'], examples: ['demo copy a --to b'],
  options: {
    to: requiredText({ description: 'where to', placeholder: '<where>' }),
    parts: integer({ description: 'how many', fallback: 4, min: 1, max: 99 }),
    only: list({ description: 'which' }),
    wait: flag({ description: 'until a signal' }),
  },
  async run({ args, options }, { say, signal }) {
    if (args[0] === 'refused') throw new CommandError(exitCode.refused, 'the gate is shut');
    if (args[0] === 'defect') throw new TypeError('a defect');
    say({ kind: 'stage', stage: 'copying', detail: args[0] });
    const alive = setInterval(() => {}, 1000);
    if (options.wait) await new Promise((_, reject) => signal.addEventListener('abort', () => {
      say({ kind: 'note', text: 'stopping' });
      if (args[0] !== 'stubborn') reject(signal.reason);
    }));
    clearInterval(alive);
    say({ kind: 'result', text: 'copied to ' + options.to, data: { to: options.to, parts: options.parts, ...(options.only.length > 0 && { only: options.only }) } });
  },
});
await main({ name: 'demo', version: '1.2.3', summary: 'A demo.', environmentPrefix: 'DEMO', commands: [copy] });
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', DEMO, '--', ...args], {
    cwd: import.meta.dirname,
    env: { ...process.env, ...environment },
  });
  const exit = new Promise<number | null>((resolve) => child.on('close', resolve));
  const ended = Promise.all([exit, text(child.stdout), text(child.stderr)]);
  return { child, ended: ended.then(([code, stdout, stderr]) => ({ code, stdout, stderr })) };
}

const demo = (...args: readonly string[]) => start(args).ended;
const printed = (child: ChildProcess, word: string) =>
  new Promise<void>((resolve) => child.stderr?.on('data', (chunk) => `${chunk}`.includes(word) && resolve()));

test.each(badInput)('$what ends with exit code $exitCode and says what is wrong', async (bad) => {
  const config = join(folder, 'demo.json');
  if (bad.config !== undefined) await writeFile(config, bad.config);
  const args = bad.config === undefined ? bad.args : [...bad.args, '--config', config];
  const { code, stdout, stderr } = await start(args, bad.environment).ended;
  expect(code).toBe(bad.exitCode);
  expect(stdout).toBe('');
  for (const name of bad.names) expect(stderr).toContain(name);
  expect(stderr).not.toContain('    at ');
});

test('results go to stdout, everything for people to stderr', async () => {
  expect(await demo('copy', 'a', '--to', 'b')).toEqual({ code: 0, stdout: 'copied to b\n', stderr: 'copying: a\n' });
});

test('a flag wins over the environment, the environment over the file', async () => {
  const config = join(folder, 'order.json');
  await writeFile(config, '{"to":"file","parts":7}');
  const { stdout } = await start(['copy', 'a', '--json', '--config', config], { DEMO_TO: 'environment' }).ended;
  expect(stdout).toContain('{"to":"environment","parts":7}');
  const flagged = await start(['copy', 'a', '--json', '--config', config, '--to', 'flag'], { DEMO_TO: 'x' }).ended;
  expect(flagged.stdout).toContain('{"to":"flag","parts":7}');
});

test.each([
  { what: 'flags given several times', args: ['--only', 'x', '--only', 'y,z'] },
  { what: 'a variable', environment: { DEMO_ONLY: 'x,y,z' } },
  { what: 'an array of the config file', config: '{"only":["x","y","z"]}' },
])('a list comes from $what', async ({ args = [], environment, config = '{}' }) => {
  const file = join(folder, 'list.json');
  await writeFile(file, config);
  const { stdout } = await start(['copy', 'a', '--to', 'b', '--json', '--config', file, ...args], environment).ended;
  expect(stdout).toContain('"only":["x","y","z"]');
});

test('an empty variable counts as unset, as shells and compose files leave it', async () => {
  const config = join(folder, 'unset.json');
  await writeFile(config, '{"to":"file"}');
  const { stdout } = await start(['copy', 'a', '--json', '--config', config], { DEMO_TO: '', DEMO_PARTS: '' }).ended;
  expect(stdout).toContain('{"to":"file","parts":4}');
});

test('--json prints one event a line, the version first, the result last, errors included', async () => {
  const { stdout, stderr } = await demo('copy', 'a', '--to', 'b', '--json');
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { v: 1, command: 'demo copy' },
    { kind: 'stage', stage: 'copying', detail: 'a' },
    { kind: 'result', text: 'copied to b', data: { to: 'b', parts: 4 } },
  ]);
  expect(stderr).toBe('');
  const refused = await demo('copy', 'refused', '--to', 'b', '--json');
  expect(refused.code).toBe(4);
  expect(refused.stdout).toContain('{"kind":"error","text":"the gate is shut","exitCode":4}');
});

test('a defect ends with 1 and its stack; a refusal with its code and one line', async () => {
  const defect = await demo('copy', 'defect', '--to', 'b');
  expect(defect).toMatchObject({ code: 1, stderr: expect.stringContaining('TypeError: a defect\n    at ') });
  expect(await demo('copy', 'refused', '--to', 'b')).toEqual({
    code: 4,
    stdout: '',
    stderr: 'error: the gate is shut\n',
  });
});

test('help shows flags with defaults and an example, version the version', async () => {
  const help = await demo('copy', '--help');
  expect(help.code).toBe(0);
  for (const part of ['--to <where>', '(required)', '(default 4)', 'demo copy a --to b', '--json']) {
    expect(help.stdout).toContain(part);
  }
  expect(await demo('--version')).toMatchObject({ code: 0, stdout: '1.2.3\n' });
});

test('the first signal asks the command to stop: it may run again, exit 6', async () => {
  const { child, ended } = start(['copy', 'a', '--to', 'b', '--wait']);
  await printed(child, 'copying');
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  expect(code).toBe(6);
  expect(stderr).toContain('stopped by SIGINT; run the same command again');
});
