/** `segment-compute run`: flags and files → a calculation. */
import { access, constants, readFile } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { type AnyCommand, type Context, command } from '@segment-store/cli/command';
import { CommandError, type ExitCode, exitCode } from '@segment-store/cli/exit-code';
import { integer, optionalText, requiredText, text, toFlag, type Values } from '@segment-store/cli/option';
import { parseDefinitions } from '@segment-store/contract/definition';
import { createRunId, FormatError, parseRunId, type RunId, runTime } from '@segment-store/contract/id';
import { isDuration } from '@segment-store/contract/manifest';
import { parseDay } from '@segment-store/contract/window';
import type { Folder } from '@segment-store/folder/folder';
import { openFolder } from '@segment-store/folder/open';
import { isFailure } from '@segment-store/resilience/failure';
import { type Calculation, calculate } from './calculate.ts';
import { parseCategories } from './categories.ts';
import { EngineError, openDuckDb } from './engine/duckdb.ts';
import { producer } from './producer.ts';
import { report } from './report.ts';

const options = {
  orders: requiredText({ placeholder: '<file>', description: 'order lines, a Parquet file' }),
  definitions: requiredText({ placeholder: '<file>', description: 'what the segments mean, JSON' }),
  categories: requiredText({ placeholder: '<file>', description: 'keyword,category for the descriptions, CSV' }),
  asOf: requiredText({ placeholder: '<day>', description: 'orders before this day are seen, as in 2026-01-31' }),
  to: requiredText({
    placeholder: '<url>',
    description: 'where the run folder goes: a directory or s3://bucket/prefix',
  }),
  run: optionalText({ placeholder: '<id>', description: 'run id; its time is computed_at (default: now)' }),
  parts: integer({ fallback: 4, min: 1, max: 100_000, description: 'files the members are split into' }),
  expectedEvery: optionalText({ placeholder: '<duration>', description: 'a run older than this is late, as in PT24H' }),
  memoryLimit: text({ placeholder: '<size>', fallback: memoryShare(), description: "the SQL engine's buffers" }),
  threads: integer({ fallback: availableParallelism(), min: 1, max: 1024, description: 'of the SQL engine' }),
  tempDir: text({ placeholder: '<dir>', fallback: tmpdir(), description: 'where the SQL engine spills' }),
  maxTempSize: text({ placeholder: '<size>', fallback: '20GB', description: 'how much it may spill' }),
  s3Endpoint: optionalText({ placeholder: '<url>', description: "an S3 server other than AWS's" }),
  s3Region: optionalText({ placeholder: '<name>', description: 'its region' }),
};
type Given = Values<typeof options>;

const SIZE = /^\d+(\.\d+)?\s*[KMGT]i?B$/i;

/** `now` is the wall clock: the default run id, and how long it took. */
export function createRunCommand(now: () => Date): AnyCommand {
  return command({
    name: 'run',
    summary: 'Calculates segments from orders and writes a run folder',
    arguments: [],
    options,
    examples: [
      'segment-compute run --orders orders.parquet --definitions definitions.json \\',
      '  --categories categories.csv --as-of 2011-12-10 --to runs',
    ],
    run: (input, context) => run(input.options, context, now),
  });
}

async function run(given: Given, { say, signal }: Context, now: () => Date): Promise<void> {
  const startedAt = now();
  const calculation = await toCalculation(given, startedAt);
  await using folder = openTarget(given, calculation.run);
  await using engine = await openEngine(given, signal);
  const calculated = await calculate(calculation, { engine, folder, say, signal }).catch((error: unknown) => {
    throw toCommandError(error, given);
  });
  const seconds = (now().getTime() - startedAt.getTime()) / 1000;
  say(report(calculated, { calculation, folder: folder.url, seconds }));
}

async function toCalculation(given: Given, startedAt: Date): Promise<Calculation> {
  const { expectedEvery } = given;
  if (expectedEvery !== undefined && !isDuration(expectedEvery)) {
    throw usage(`--expected-every ${expectedEvery} is no duration such as PT24H or P1D`);
  }
  return {
    orders: given.orders,
    asOf: asUsage('--as-of', () => parseDay(given.asOf)),
    run: asUsage('--run', () => toRunId(given.run, startedAt)),
    definitions: await fromFile('--definitions', given.definitions, parseDefinitions),
    categories: await fromFile('--categories', given.categories, parseCategories),
    parts: given.parts,
    ...(expectedEvery !== undefined && { expectedEvery }),
    producer,
  };
}

function toRunId(given: string | undefined, startedAt: Date): RunId {
  if (given === undefined) return createRunId(startedAt);
  const run = parseRunId(given);
  runTime(run);
  return run;
}

async function fromFile<T>(flag: string, path: string, parse: (text: string) => T): Promise<T> {
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw usage(`${flag} ${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`, cause);
  });
  return asUsage(`${flag} ${path}`, () => parse(content));
}

function asUsage<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof FormatError) throw usage(`${what}: ${error.message}`, error);
    throw error;
  }
}

function openTarget({ to, s3Endpoint, s3Region }: Given, run: RunId): Folder {
  const settings = { ...(s3Endpoint !== undefined && { s3Endpoint }), ...(s3Region !== undefined && { s3Region }) };
  try {
    return openFolder(`${to.replace(/\/+$/, '')}/${run}`, settings);
  } catch (error) {
    if (error instanceof TypeError) throw usage(`--to ${to}: ${error.message}`, error);
    throw error;
  }
}

async function openEngine(given: Given, signal: AbortSignal): ReturnType<typeof openDuckDb> {
  for (const name of ['memoryLimit', 'maxTempSize'] as const) {
    if (!SIZE.test(given[name])) throw usage(`${toFlag(name)} ${given[name]} is no size such as 512MB or 2GiB`);
  }
  const { memoryLimit, threads, tempDir, maxTempSize } = given;
  await access(tempDir, constants.W_OK).catch((cause) => {
    throw usage(`--temp-dir ${tempDir} is no directory to write to`, cause);
  });
  return openDuckDb({ memoryLimit, threads, tempDir, maxTempSize, signal });
}

const folderExits = new Map<string, ExitCode>([
  ['DENIED', exitCode.usage],
  ['NOT_FOUND', exitCode.usage],
  ['UNAVAILABLE', exitCode.unavailable],
]);

/** What a person can do something about gets its exit code and a way out; anything else stays as it is. */
function toCommandError(error: unknown, { memoryLimit, maxTempSize }: Given): unknown {
  if (isFailure(error)) {
    const code = folderExits.get(error.code);
    return code === undefined ? error : new CommandError(code, `--to: ${error.message}`, { cause: error });
  }
  if (!(error instanceof EngineError && error.outOfMemory)) return error;
  const limits = `--memory-limit ${memoryLimit} and --max-temp-size ${maxTempSize}`;
  return usage(`the SQL engine cannot do with ${limits}: raise one of them or lower --threads`, error);
}

/** 60 % of what the process may use: the engine's buffers are not all of it. */
function memoryShare(): string {
  const allowed = Math.min(process.constrainedMemory() || totalmem(), totalmem());
  return `${Math.floor((allowed * 0.6) / 2 ** 20)}MiB`;
}

function usage(message: string, cause?: unknown): CommandError {
  return new CommandError(exitCode.usage, message, { cause });
}
