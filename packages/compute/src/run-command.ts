/** `segment-compute run`: flags and files → a calculation. */
import { type AnyCommand, type Context, command } from '@segment-store/cli/command';
import { CommandError, type ExitCode, exitCode, usage } from '@segment-store/cli/exit-code';
import { integer, optionalText, requiredText, type Values } from '@segment-store/cli/option';
import { createRunId, parseRunId, type RunId, runTime } from '@segment-store/contract/id';
import { isDuration } from '@segment-store/contract/manifest';
import type { Folder } from '@segment-store/folder/folder';
import { openFolder } from '@segment-store/folder/open';
import { isFailure } from '@segment-store/resilience/failure';
import { asUsage } from './as-usage.ts';
import { type Calculation, calculate } from './calculate.ts';
import { engineOptions, openEngine, outOfMemory } from './engine/options.ts';
import { inputOptions, readInputs } from './inputs.ts';
import { producer } from './producer.ts';
import { report } from './report.ts';

const options = {
  ...inputOptions,
  to: requiredText({
    placeholder: '<url>',
    description: 'where the run folder goes: a directory or s3://bucket/prefix',
  }),
  run: optionalText({ placeholder: '<id>', description: 'run id; its time is computed_at (default: now)' }),
  parts: integer({ fallback: 4, min: 1, max: 100_000, description: 'files the members are split into' }),
  expectedEvery: optionalText({ placeholder: '<duration>', description: 'a run older than this is late, as in PT24H' }),
  ...engineOptions,
  s3Endpoint: optionalText({ placeholder: '<url>', description: "an S3 server other than AWS's" }),
  s3Region: optionalText({ placeholder: '<name>', description: 'its region' }),
};
type Given = Values<typeof options>;

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
    run: asUsage('--run', () => toRunId(given.run, startedAt)),
    ...(await readInputs(given)),
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

function openTarget({ to, s3Endpoint, s3Region }: Given, run: RunId): Folder {
  const settings = { ...(s3Endpoint !== undefined && { s3Endpoint }), ...(s3Region !== undefined && { s3Region }) };
  try {
    return openFolder(`${to.replace(/\/+$/, '')}/${run}`, settings);
  } catch (error) {
    if (error instanceof TypeError) throw usage(`--to ${to}: ${error.message}`, error);
    throw error;
  }
}

const folderExits = new Map<string, ExitCode>([
  ['DENIED', exitCode.usage],
  ['NOT_FOUND', exitCode.usage],
  ['UNAVAILABLE', exitCode.unavailable],
]);

/** What a person can do something about gets its exit code and a way out; anything else stays as it is. */
function toCommandError(error: unknown, given: Given): unknown {
  if (!isFailure(error)) return outOfMemory(error, given);
  const code = folderExits.get(error.code);
  return code === undefined ? error : new CommandError(code, `--to: ${error.message}`, { cause: error });
}
