import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { badInput } from './bad-input.cases.ts';

vi.setConfig({ testTimeout: 60_000 });

const DEMO = `
import { command } from './command.ts';
import { main } from './main.ts';
import { CommandError, exitCode } from './exit-code.ts';
import { list } from './list.ts';
import { flag, integer, optionalText, requiredText } from './option.ts';
const copy = command({
  name: 'copy', summary: 'Copies.', arguments: ['<from>'], drainMs: 500, examples: ['demo copy a --to b'],
  options: {
    to: requiredText({ description: 'where to', placeholder: '<where>' }),
    parts: integer({ description: 'how many', fallback: 4, min: 1, max: 99 }),
    only: list({ description: 'which' }),
    wait: flag({ description: 'until a signal' }),
    key: optionalText({ description: 'nobody sees it', secret: true }),
  },
  async run({ args, options }, { say, signal }) {
    if (args[0] === 'refused') throw new CommandError(exitCode.refused, 'the gate is shut');
    if (args[0] === 'defect') throw new TypeError('a defect');
    say({ kind: 'stage', stage: 'copying', detail: args[0] });
    if (args[0] === 'patient') await new Promise((resolve) => setTimeout(resolve, 20).unref());
    if (options.wait) await new Promise((_, reject) => signal.addEventListener('abort', () => {
      say({ kind: 'note', text: 'stopping' });
      if (args[0] !== 'stubborn') reject(signal.reason);
    }));
    say({ kind: 'result', text: 'copied to ' + options.to, data: { to: options.to, parts: options.parts, ...(options.only.length > 0 && { only: options.only }) } });
  },
});
const listed = { name: 'copy', summary: 'Copies (in short).', load: async () => copy };
const other = command({ name: 'move', summary: 'Moves.', arguments: [], options: {}, examples: [], async run() {} });
const own = command({ name: '', summary: 'A demo.', arguments: [], options: { own: flag({ description: 'its own' }) }, examples: ['demo copy a --to b'],
  async run({ options }, { say }) { say({ kind: 'result', text: 'itself ' + options.own, data: {} }); } });
const keep = command({ name: 'boxes keep', summary: 'Keeps.', arguments: ['<box>'], options: { own: flag({ description: 'of keep' }) }, examples: [],
  async run({ args, options }, { say }) { say({ kind: 'result', text: 'keeps ' + args[0] + ' ' + options.own, data: {} }); } });
await main({
  name: 'demo', version: '1.2.3', summary: 'A demo.', examples: ['demo copy a --to b'], environmentPrefix: 'DEMO', metricsPrefix: 'demo',
  commands: [listed, other, own, keep, { name: 'boxes drop', summary: 'Drops.', load: async () => keep }],
});
`;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What a machine of GitHub or a person's shell may have set. */
const ANYWHERE = { GITHUB_ACTIONS: undefined, GITHUB_STEP_SUMMARY: undefined, FORCE_COLOR: undefined };

function start(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', DEMO, '--', ...args], {
    cwd: import.meta.dirname,
    env: { ...process.env, ...ANYWHERE, ...environment },
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

test('help shows examples, then flags with defaults; version the version', async () => {
  const help = await demo('copy', '--help');
  expect(help.code).toBe(0);
  for (const part of ['--to <where>', '(required)', '(default 4)', 'demo copy a --to b', '--json']) {
    expect(help.stdout).toContain(part);
  }
  expect(help.stdout.indexOf('demo copy a --to b')).toBeLessThan(help.stdout.indexOf('--to <where>'));
  expect((await demo('--help')).stdout).toMatch(/A demo\.\n\nExamples:\n {2}demo copy a --to b\n\nOptions:\n/);
  expect(await demo('--version')).toMatchObject({ code: 0, stdout: '1.2.3\n' });
});

test('--print-config tells what each option is set to and by what, without secrets', async () => {
  const config = join(folder, 'print.json');
  await writeFile(config, '{"parts":7}');
  const environment = { DEMO_TO: 'https://me:secret@host/x', DEMO_KEY: 'secret' };
  const args = ['copy', 'a', '--print-config', '--config', config];
  const { code, stdout } = await start([...args, '--only', 'x,y'], environment).ended;
  expect(code).toBe(0);
  expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
    ['--to', 'https://…@host/x', 'DEMO_TO'],
    ['--parts', '7', `${config}: parts`],
    ['--only', 'x,y', '--only'],
    ['--wait', 'false', 'default'],
    ['--key', '…', 'DEMO_KEY'],
    ['--metrics-file', '-', 'default'],
    ['--otlp-endpoint', '-', 'default'],
    [''],
  ]);
  const { stdout: json } = await start(['copy', 'a', '--print-config', '--json']).ended;
  expect(json).toContain('"to":{"value":"","from":"missing"},"parts":{"value":4,"from":"default"}');
});

test('the list of commands has their short summaries, the help of each its whole one', async () => {
  const help = await demo('--help');
  for (const part of ['copy', 'Copies (in short).', 'Moves.', 'completion']) expect(help.stdout).toContain(part);
  expect((await demo('help', 'copy')).stdout).toContain('Copies.');
});

test('a program may be a command itself and have groups of commands; what stands after a command is the command’s', async () => {
  expect((await demo('--own')).stdout).toBe('itself true\n');
  expect((await demo('boxes', 'keep', 'b', '--own')).stdout).toBe('keeps b true\n');
  expect((await demo('--own', 'boxes', 'keep', 'b')).stdout).toBe('keeps b false\n');
  expect((await demo('boxes', 'keep', 'b', '--json')).stdout).toContain('"command":"demo boxes keep"');
  for (const args of [
    ['help', 'boxes', 'keep'],
    ['boxes', 'keep', '--help'],
  ]) {
    expect((await demo(...args)).stdout).toContain('of keep');
  }
  expect((await demo('--help')).stdout).toMatch(/boxes +keep, drop/);
  expect((await demo('boxes', '--help')).stdout).not.toContain('Examples');
  const none = await demo('boxes', 'burn');
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown command 'burn'") });
});

test.each(['bash', 'zsh', 'fish'])('completion for %s knows commands and flags', async (shell) => {
  const { code, stdout } = await demo('completion', shell);
  expect(code).toBe(0);
  for (const word of ['copy', 'move', 'parts', 'print-config', 'metrics-file']) expect(stdout).toContain(word);
  expect(await demo('completion', 'tcsh')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('bash, zsh, fish'),
  });
});

test('bash completes commands, then the flags of the command', async () => {
  const { stdout: script } = await demo('completion', 'bash');
  const completed = (...words: string[]) =>
    execFileSync(
      'bash',
      ['-c', `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _demo; echo "\${COMPREPLY[@]}"`, '-', ...words],
      {
        encoding: 'utf8',
      },
    ).trim();
  expect(completed('demo', 'c')).toBe('copy');
  expect(completed('demo', 'copy', '--pa')).toBe('--parts');
  expect(completed('demo', 'move', '--pa')).toBe('');
  expect(completed('demo', '--ow')).toBe('');
  expect(completed('demo', '--json', '--ow')).toBe('--own');
  expect(completed('demo', 'bo')).toBe('boxes');
  expect(completed('demo', 'boxes', '')).toBe('keep drop');
  expect(completed('demo', 'boxes', 'keep', '--ow')).toBe('--own');
});

test('a file of metrics and a step summary are written beside; a place that is none is refused', async () => {
  const [metrics, page] = [join(folder, 'demo.prom'), join(folder, 'summary.md')];
  const github = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: page };
  const { stderr } = await start(['copy', 'refused', '--to', 'b', '--metrics-file', metrics], github).ended;
  expect(stderr).toContain('::error title=demo copy::the gate is shut\n');
  expect(await readFile(metrics, 'utf8')).toContain('demo_exit_code 4\n');
  expect(await readFile(page, 'utf8')).toContain('## ❌ demo copy · 0 s, exit code 4');
  const nowhere = await demo('copy', 'a', '--to', 'b', '--metrics-file', join(folder, 'nowhere', 'x.prom'));
  expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('--metrics-file') });
  const none = await demo('copy', 'a', '--to', 'b', '--otlp-endpoint', 'collector:4317');
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('--otlp-endpoint collector:4317') });
});

test('whoever calls wrongly is told where help is', async () => {
  expect(await demo('copy', '--to', 'b')).toMatchObject({
    stderr: "error: missing required argument 'from'\n(see demo copy --help)\n",
  });
  expect((await demo('cpy')).stderr).toMatch(/\(see demo --help\)\n$/);
});

test('with --json a wrong flag is a line, too', async () => {
  const { code, stdout } = await demo('copy', 'a', '--tos', 'b', '--json');
  expect(code).toBe(2);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { v: 1, command: 'demo' },
    { kind: 'error', text: expect.stringContaining("unknown option '--tos'"), exitCode: 2 },
  ]);
});

test('a reader that goes away changes nothing', async () => {
  const { child, ended } = start(['copy', 'a', '--to', 'b', '--wait']);
  const exit = new Promise((resolve) => child.on('exit', resolve));
  await printed(child, 'copying');
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  await expect(ended).rejects.toThrow('Premature close'); // of what we read
  child.kill('SIGINT'); // it says that it stops, to nobody
  expect(await exit).toBe(6);
});

test('the first signal asks the command to stop: it may run again, exit 6', async () => {
  const { child, ended } = start(['copy', 'a', '--to', 'b', '--wait']);
  await printed(child, 'copying');
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  expect(code).toBe(6);
  expect(stderr).toContain('stopped by SIGINT; run the same command again');
});

test('a command that does nothing but wait is not ended by Node', async () => {
  expect(await demo('copy', 'patient', '--to', 'b')).toMatchObject({ code: 0, stdout: 'copied to b\n' });
});

test('a command that does not stop when it is told to is ended after its time, exit 6', async () => {
  const { child, ended } = start(['copy', 'stubborn', '--to', 'b', '--wait']);
  await printed(child, 'copying');
  child.kill('SIGTERM');
  const { code, stderr } = await ended;
  expect(code).toBe(6);
  expect(stderr).toContain('stopped by SIGTERM; run the same command again');
});
