/** The variables of docs/launch-plan.md that the run-books do not have, as a stack decides them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Facts } from '@segment-store/stack/door';
import { exampleFile } from '@segment-store/stack/own-process';
import type { Environment } from '../drills/shell.ts';

export interface Inputs {
  /** Files that the plan's own are copied to, and those of the service that asks. */
  readonly scratch: string;
  /** The id of the one that is live. */
  readonly run: string;
  /** Of the experiment. */
  readonly segment: string;
  /** Every stage is held this long at most. */
  readonly holdMs: number;
  /** Of the server that is to answer some day. */
  readonly candidate: string;
  /** `127.0.0.1:8099`: mirrored requests go there. */
  readonly mirror: string;
}

/** In place of 30,000, a million, a day, and 0.001 %, which of 2,000 would be none at all. */
const FEWEST_REQUESTS = 30;
const ENOUGH = '--comparisons 2000 --during 15s --excess 0.2%';

export async function environmentOf({ parts, keys, runs }: Facts, inputs: Inputs): Promise<Environment> {
  const { run, holdMs, candidate, mirror } = inputs;
  const url = (part: string) => parts[part]?.url ?? '';
  return {
    ...(await filesOf(inputs)),
    RUN_FOLDER: `${runs}/${run}`,
    OLD: url('server-1'),
    OLD_TOO: url('server-2'),
    NEW: candidate,
    MIRROR: mirror,
    ORDERS: exampleFile('orders.parquet'),
    DEFINITIONS: exampleFile('definitions.json'),
    CATEGORIES: exampleFile('categories.csv'),
    AS_OF: '2011-12-10',
    SEGMENT_COMPUTE_SERVER: url('server-1'),
    SEGMENT_COMPUTE_API_KEY: keys.operator,
    SEGMENT_ROLLOUT_SERVER: url('server-1'),
    SEGMENT_ROLLOUT_PROMETHEUS: url('prometheus'),
    SEGMENT_ROLLOUT_API_KEY: keys.operator,
    SEGMENT_ROLLOUT_HASH_KEY: 'of a rehearsal',
    ENOUGH,
    PACE: `--rehearse ${holdMs / 1_000}s`,
  };
}

async function filesOf({ scratch, segment }: Inputs) {
  const files = {
    EXPOSURES: join(scratch, 'exposures.ndjson'),
    OUTCOMES: join(scratch, 'outcomes.ndjson'),
    LADDER: join(scratch, 'ladder.json'),
    SHADOW: join(scratch, 'shadow.json'),
    MISMATCHES: join(scratch, 'mismatches.ndjson'),
    EXPERIMENTS: join(scratch, 'experiments.json'),
  };
  await writeFile(files.EXPOSURES, '');
  await writeFile(files.OUTCOMES, '');
  await copyChanged(files.LADDER, (text) => text.replace(/"minRequests": \d+/, `"minRequests": ${FEWEST_REQUESTS}`));
  await copyChanged(files.EXPERIMENTS, (text) =>
    text.replace(/"segment": "[^"]*"/, `"segment": ${JSON.stringify(segment)}`),
  );
  return files;
}

/** Of the file of the same name that is shipped. */
async function copyChanged(to: string, change: (text: string) => string): Promise<void> {
  const shipped = join(import.meta.dirname, '../../deploy/launch', to.split('/').at(-1) ?? '');
  await writeFile(to, change(await readFile(shipped, 'utf8')));
}
