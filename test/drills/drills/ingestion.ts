/** Loads that are refused, held, broken or dead. A job stands in for the watch, as on days when somebody loads by hand. */
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Drill } from '../drill.ts';
import type { Ground } from '../ground.ts';

const endWatch = ({ door }: Ground): Promise<void> => door.kill('ingestion');
/** Its figures take the place of the job's. */
const startWatch = ({ door }: Ground): Promise<void> => door.restart('ingestion');
const INTO_STORE = '--store "$STORE"';

export const refusedRun: Drill = {
  how: 'a run has more new customers than its load allows',
  walks: { SegmentIngestRefused: { seen: 'alerted' } },
  async prepare(ground) {
    await ground.published();
    await endWatch(ground);
    return {};
  },
  async bring(ground) {
    const run = await ground.runs.next({ moreCustomers: 50 });
    await ground.job(run, `${INTO_STORE} --max-drift 0.01%`, 4);
    return { RUN_FOLDER: run.folder };
  },
  mend: startWatch,
};

export const spentBudget: Drill = {
  how: 'a run has 200 lines that are none',
  walks: { SegmentIngestBudgetSpent: { seen: 'alerted' } },
  async prepare(ground) {
    await ground.published();
    await endWatch(ground);
    return {};
  },
  async bring(ground) {
    const run = await ground.runs.next({ badLines: 200 });
    await ground.job(run, INTO_STORE, 4);
    return { RUN_FOLDER: run.folder };
  },
  mend: startWatch,
};

export const deadLetters: Drill = {
  how: 'a run has two lines that are none',
  walks: { SegmentIngestDeadLetters: { seen: 'alerted' } },
  async bring(ground) {
    await endWatch(ground);
    const run = await ground.runs.next({ badLines: 2 });
    await ground.job(run, INTO_STORE, 0);
    return { RUN_FOLDER: run.folder };
  },
  mend: startWatch,
};

/** Nobody listens there. */
const NOWHERE = '--store http://127.0.0.1:9';

export const failedLoad: Drill = {
  how: 'a load cannot reach the store, after one whose run is corrupt',
  walks: { SegmentIngestFailed: { seen: 'alerted', silent: ['segment_ingest_item_failures'] } },
  async prepare(ground) {
    await endWatch(ground);
    const damaged = await ground.runs.next({ isCorrupt: true });
    await ground.mustRun(`segment-ingest load "$RUN_FOLDER" ${INTO_STORE}`, { RUN_FOLDER: damaged.folder }, 7);
    return { RUN: damaged.id };
  },
  async bring(ground) {
    const run = await ground.runs.next();
    await ground.job(run, NOWHERE, 6);
    return { RUN_FOLDER: run.folder };
  },
  mend: startWatch,
};

/** What the alert compares with is 15 minutes old, older than most drills: Prometheus is told of it. */
const LONG_AGO_MS = 16 * 60_000;

export const rolledBack: Drill = {
  how: 'somebody rolls back, and a newer run is loaded under the hold; Prometheus is told what the floor was 16 minutes ago',
  walks: {
    SegmentRolledBack: {
      seen: 'alerted',
      lingers: 'changes(segment_epoch_floor{job="segment-server"}[1m]) > 0',
      over: 'count(count by (generation) (segment_generation_info)) == 1',
    },
  },
  async prepare(ground) {
    await ground.published();
    const then = Date.now() - LONG_AGO_MS;
    await ground.figures.tell('segment-jobs', () => `segment_epoch_floor 0 ${then}\n`);
    return {};
  },
  async bring(ground) {
    await ground.mustRun('segment-ingest rollback --store "$STORE"');
    const run = await ground.runs.next();
    const environment = { RUN_FOLDER: run.folder };
    await ground.mustRun('segment-ingest load "$RUN_FOLDER" --store "$STORE"', environment, 4);
    return environment;
  },
  mend: ({ figures }) => figures.forget(),
};

export const heldRun: Drill = {
  how: 'a run is loaded while publishing is on hold',
  walks: { SegmentIngestHeld: { seen: 'alerted' } },
  async prepare(ground) {
    await ground.published();
    await endWatch(ground);
    await ground.mustRun('segment-ingest rollback --store "$STORE"');
    return {};
  },
  async bring(ground) {
    const run = await ground.runs.next();
    await ground.job(run, INTO_STORE, 4);
    return { RUN_FOLDER: run.folder };
  },
  async mend(ground) {
    await ground.mustRun('segment-ingest unhold --store "$STORE"');
    await startWatch(ground);
  },
};

const SILENT_SECONDS = 300;

export const silentLoad: Drill = {
  how: 'the watch is killed, and its figures are made five minutes old',
  walks: { SegmentIngestSilent: { seen: 'alerted' } },
  async prepare(ground) {
    const run = await ground.published();
    return { RUN: run.id, RUN_FOLDER: run.folder };
  },
  async bring(ground) {
    await endWatch(ground);
    const then = Date.now() / 1_000 - SILENT_SECONDS;
    await utimes(join(ground.facts.jobFigures, 'ingest.prom'), then, then);
    return undefined;
  },
};
