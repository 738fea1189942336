import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type Command, Leashed } from '@segment-store/services/leashed';

const root = join(import.meta.dirname, '..');
const limitMs = 15 * 60_000;
const shownLines = 200;

export type Step = CheckStep | VitestStep;

/** A command that passes when it exits 0, and counts as one. */
export interface CheckStep {
  readonly name: string;
  readonly group: 'check' | 'test';
  readonly command: readonly [string, ...string[]];
  /** Nothing may run beside it. */
  readonly alone?: true;
}

/** A Vitest project, each test of which counts. A test that was skipped has failed. */
export interface VitestStep {
  readonly name: string;
  readonly group: 'test';
  readonly project: string;
  /** Whether its tests need the real servers. */
  readonly servers: boolean;
  readonly limitMs?: number;
}

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
  /** What a person needs to see of a failure; empty when nothing failed. */
  readonly output: string;
}

/** Runs one step on a leash, with a temp folder of its own, so that neither it nor what it starts is left behind. */
export async function runStep(step: Step, environment: Readonly<Record<string, string>>): Promise<Outcome> {
  const startedAt = performance.now();
  const leashed = await Leashed.start(step.name.replaceAll(' ', '-'), async (folder) => {
    await chmod(folder, 0o711); // a server that refuses to run as root must come through to its own folder in here
    return toCommand(step, folder, environment);
  });
  const limit = ('limitMs' in step ? step.limitMs : undefined) ?? limitMs;
  const exit = (await leashed.ended(limit)) ?? `no end within ${limit / 60_000} minutes`;
  const { passed, problems } = 'project' in step ? await readReport(leashed.folder, exit) : readExit(exit);
  const log = stripVTControlCharacters(await leashed.log());
  await leashed.end({ keepLog: problems.length > 0 });
  const seconds = (performance.now() - startedAt) / 1000;
  if (problems.length === 0) return { passed, failed: 0, seconds, output: '' };
  const tail = log.trimEnd().split('\n').slice(-shownLines);
  return {
    passed,
    failed: problems.length,
    seconds,
    output: [...tail, ...problems, `log: ${leashed.logFile}`].join('\n'),
  };
}

function toCommand(step: Step, folder: string, environment: Readonly<Record<string, string>>): Command {
  const [command, ...args] = 'project' in step ? vitest(step.project, folder) : step.command;
  const bins = ['node_modules/node/bin', 'node_modules/.bin'].map((bin) => join(root, bin));
  const path = [...bins, process.env.PATH].join(':');
  return {
    command: command === 'node' ? process.execPath : join(root, 'node_modules/.bin', command),
    args,
    cwd: root,
    env: { ...environment, PATH: path },
  };
}

function vitest(project: string, folder: string): [string, ...string[]] {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile(folder)}`];
  return ['vitest', 'run', '--project', project, '--allowOnly=false', ...reporters];
}

function reportFile(folder: string): string {
  return join(folder, 'vitest-report.json');
}

interface Result {
  readonly passed: number;
  /** A line for each failure. */
  readonly problems: readonly string[];
}

function readExit(exit: string): Result {
  return exit === '0' ? { passed: 1, problems: [] } : { passed: 0, problems: [`ended with ${exit}`] };
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

async function readReport(folder: string, exit: string): Promise<Result> {
  const text = await readFile(reportFile(folder), 'utf8').catch(() => '{"testResults":[]}');
  const { testResults }: Report = JSON.parse(text);
  const tests = testResults.flatMap((file) => file.assertionResults.map((test) => ({ ...test, file: file.name })));
  const notPassed = tests.filter(({ status }) => status !== 'passed');
  const problems = notPassed.map(
    ({ status, file, fullName }) => `${status}: ${file.slice(root.length + 1)}: ${fullName}`,
  );
  for (const { name, status, assertionResults } of testResults) {
    const explained = assertionResults.some((test) => test.status !== 'passed');
    if (status !== 'passed' && !explained) problems.push(`${status}: ${name.slice(root.length + 1)}`);
  }
  if (exit !== '0' && problems.length === 0) problems.push(`vitest ended with ${exit}`);
  if (tests.length === 0 && problems.length === 0) problems.push('no test ran');
  return { passed: tests.length - notPassed.length, problems };
}
