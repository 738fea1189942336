/** Runs that are not calculated, not loaded, not announced, or too old. */
import { announce, empty } from '@segment-store/stack/queue';
import type { Drill } from '../drill.ts';
import type { Ground } from '../ground.ts';
import { until } from '../observing.ts';
import type { Environment } from '../shell.ts';

const AN_HOUR = 3_600;
const WAITING = 11;

const OLD_ANSWERS = 'sum(rate(segment_answers_total{freshness=~"stale|outdated"}[20s]))';

export const lateRun: Drill = {
  how: 'a run is live that should have a successor after five seconds',
  walks: {
    SegmentGenerationLate: { seen: 'alerted', silent: ['segment_ingest_exit_code'] },
    SegmentFreshnessBurn: {
      seen: 'alerted',
      lingers: `${OLD_ANSWERS} > 1`,
      over: `(${OLD_ANSWERS} or vector(0)) == 0`,
    },
    SegmentCalculationLate: { seen: 'alerted' },
  },
  async bring(ground) {
    const late = await ground.published({ expectedEvery: 'PT5S' });
    const next = await ground.runs.next();
    return { RUN: late.id, RUN_FOLDER: next.folder, BEFORE: next.id };
  },
  mend: calculatedRunLive,
};

export const undatedRun: Drill = {
  how: 'a run is live that does not say when its successor is due',
  walks: { SegmentExpectationMissing: { seen: 'pending' } },
  async bring(ground) {
    await ground.published({ expectedEvery: 'unsaid' });
    return { BEFORE: await liveRun(ground) };
  },
  mend: calculatedRunLive,
};

export const failedCalculation: Drill = {
  how: 'a calculation is given orders that are not there',
  walks: { SegmentCalculationFailed: { seen: 'alerted', silent: ['segment_compute_failure_info'] } },
  async bring(ground) {
    const { facts, shell } = ground;
    const inputs = ['orders', 'definitions', 'categories'].map((name) => `--${name} "$FOLDER/no-${name}"`).join(' ');
    const outputs = '--to "$FOLDER" --metrics-file "$FIGURES/compute.prom"';
    const command = `segment-compute run ${inputs} --as-of 2011-12-10 ${outputs}`;
    const { exitCode, output } = await shell(command, { FOLDER: facts.folder, FIGURES: facts.jobFigures });
    if (exitCode === 0) throw new Error(`a calculation of nothing ended well:\n${output}`);
    return { BEFORE: await liveRun(ground) };
  },
  mend: calculatedRunLive,
};

/** The live run is announced so often that nobody has anything to do once messages are taken again. */
export const unreadQueue: Drill = {
  how: 'the watch is killed, eleven runs are announced, one is put aside; Prometheus is told that the oldest waits for an hour',
  walks: {
    SegmentQueueAside: { seen: 'alerted', silent: ['segment_ingest_item_failures'] },
    SegmentQueueDeep: { seen: 'pending', silent: ['segment_ingest_rows_per_second'] },
    SegmentQueueOld: { seen: 'pending', silent: ['segment_ingest_item_failures'] },
  },
  async prepare(ground) {
    const BEFORE = await liveRun(ground);
    await ground.door.restart('calculations');
    await calculatedRunLive(ground, { BEFORE });
    const run = await liveRun(ground);
    return { RUN: run, RUN_FOLDER: `${ground.facts.runs}/${run}` };
  },
  async bring({ door, facts: { runs, queues }, figures }, { RUN = '' }) {
    const { host: bucket, pathname } = new URL(`${runs}/${RUN}/manifest.json`);
    await door.kill('ingestion');
    for (let message = 0; message < WAITING; message++) await announce(queues.runs, bucket, pathname.slice(1));
    await announce(queues.aside, bucket, pathname.slice(1));
    await figures.tell(
      'sqs',
      () => `aws_sqs_approximate_age_of_oldest_message_maximum{queue_name="runs"} ${AN_HOUR}\n`,
    );
    return undefined;
  },
  async mend({ facts, figures }) {
    await empty(facts.queues.aside);
    await figures.forget();
  },
};

/** Or the message of that run would meet a newer one, and end aside. */
async function calculatedRunLive(ground: Ground, { BEFORE = '' }: Environment): Promise<void> {
  await until('the calculated run is live', 120_000, async () => (await liveRun(ground)) > BEFORE);
}

async function liveRun({ shell }: Ground): Promise<string> {
  const { output } = await shell('segment-ingest generations --store "$STORE"');
  return /^(\d{8}t\d{6}z)\s+live\b/m.exec(output)?.[1] ?? '';
}
