/** What every command over a run folder opens. */
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import type { Values } from '@segment-store/cli/option';
import { parseRunId, type RunId } from '@segment-store/contract/id';
import type { Part } from '@segment-store/contract/manifest';
import type { Folder } from '@segment-store/folder/folder';
import type { Call } from '@segment-store/resilience/operation';
import type { Lines } from '@segment-store/store/store';
import { orUsage } from '../exit.ts';
import { inParallel } from '../in-parallel.ts';
import { type LinesOf, lineReader, type ToLines } from '../lines/lines.ts';
import type { Memory } from '../lines/memory.ts';
import type { manifestOptions } from '../options.ts';
import { openRunWithoutManifest } from './no-manifest.ts';
import { partSource } from './part-source.ts';
import { openRun, type Run } from './run.ts';

export interface ManifestTerms extends Values<typeof manifestOptions> {
  readonly accept: readonly string[];
  readonly partsAtOnce: number;
}

/** A folder with `_SUCCESS` and no manifest is counted first: its id must be given, and its lack accepted. */
export function openAnyRun(folder: Folder, { runId, accept, partsAtOnce }: ManifestTerms, call: Call): Promise<Run> {
  const isAccepted = accept.includes('no-manifest');
  if (runId === undefined && !isAccepted) return openRun(folder, call);
  if (runId === undefined || !isAccepted) {
    const why = 'a run folder without manifest takes both --run-id <run> and --accept no-manifest';
    throw new CommandError(exitCode.usage, why);
  }
  const run = orUsage(() => parseRunId(runId));
  return openRunWithoutManifest(folder, { run, inParallel: inParallel(partsAtOnce) }, call);
}

/** Of a folder without a manifest the id must be given. */
export async function runIdOf(folder: Folder, runId: string | undefined, call: Call): Promise<RunId> {
  return runId === undefined ? (await openRun(folder, call)).manifest.run : orUsage(() => parseRunId(runId));
}

/** @throws Failure UNREADABLE when this version does not load the run's format */
export function linesOf(
  run: Run & LinesOf,
  toLines: ToLines,
  memory?: Memory,
): (part: Part, call: Call) => AsyncIterable<Lines> {
  const read = lineReader(run, toLines);
  return (part, call) => read(part, partSource(run, part, memory), call);
}
