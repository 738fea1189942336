/** Runs that are not calculated, not loaded, not announced, or too old. */
import { announce, empty } from '@segment-store/stack/queue';
import type { Drill } from '../drill.ts';
import type { Ground } from '../ground.ts';
import { until } from '../observing.ts';

const AN_HOUR = 3_600;
const WAITING = 11;

export const lateRun: Drill = {
  how: 'a run is live that should have a successor after five seconds',
  walks: {
    SegmentGenerationLate: { seen: 'alerted', silent: ['segment_ingest_exit_code'] },
    SegmentCalculationLate: { seen: 'alerted' },
    SegmentFreshnessBurn: {
      seen: 'alerted',
      over: '(sum(rate(segment_answers_total{freshness=~"stale|outdated"}[20s])) or vector(0)) == 0',
    },
  },
  async bring(ground) {
    const late = await ground.published({ expectedEvery: 'PT5S' });
    const next = await ground.runs.next();
    return { RUN: late.id, RUN_FOLDER: next.folder };
  },
};

export const failedCalculation: Drill = {
  how: 'a calculation is given orders that are not there',
  walks: { SegmentCalculationFailed: { seen: 'alerted', silent: ['segment_compute_failure_info'] } },
  async bring({ facts, shell }) {
    const inputs = ['orders', 'definitions', 'categories'].map((name) => `--${name} "$FOLDER/no-${name}"`).join(' ');
    const command = `segment-compute run ${inputs} --as-of 2011-12-10 --to "$FOLDER" --metrics-file "$FIGURES/compute.prom"`;
    const { exitCode, output } = await shell(command, { FOLDER: facts.folder, FIGURES: facts.jobFigures });
    if (exitCode === 0) throw new Error(`a calculation of nothing ended well:\n${output}`);
    return undefined;
  },
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
    const run = await calculated(ground);
    return { RUN: run, RUN_FOLDER: `${ground.facts.runs}/${run}` };
  },
  async bring({ door, facts: { runs, queues }, figures }, { RUN = '' }) {
    const { host: bucket, pathname } = new URL(`${runs}/${RUN}/manifest.json`);
    await door.kill('ingestion');
    for (let message = 0; message < WAITING; message++) await announce(queues.runs, bucket, pathname.slice(1));
    await announce(queues.aside, bucket, pathname.slice(1));
    await figures.tell('sqs', () => `aws_sqs_approximate_age_of_oldest_message_maximum{queue_name="runs"} ${AN_HOUR}\n`);
    return undefined;
  },
  async mend({ facts, figures }) {
    await empty(facts.queues.aside);
    await figures.forget();
  },
};

/** A run by the stack's own calculation, live. */
async function calculated({ door, shell }: Ground): Promise<string> {
  const startedAt = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').toLowerCase();
  await door.restart('calculations');
  let live = '';
  await until('the calculated run is live', 120_000, async () => {
    const { output } = await shell('segment-ingest generations --store "$STORE"');
    live = /^(\d{8}t\d{6}z)\s+live\b/m.exec(output)?.[1] ?? '';
    return live >= `${startedAt}z`;
  });
  return live;
}
