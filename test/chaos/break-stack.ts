/** The stack from its start to its end, and all that is done to it meanwhile. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseRunId } from '@segment-store/contract/id';
import { openFolder } from '@segment-store/folder/open';
import type { Facts } from '@segment-store/stack/door';
import { announce } from '@segment-store/stack/queue';
import { startStack } from '@segment-store/stack/stack';
import { lookUp, startBackground } from './background.ts';
import { clock } from './clock.ts';
import { compare, suffer } from './course.ts';
import { type Crowd, startCrowd } from './crowd.ts';
import { FAULTS } from './faults.ts';
import { answersFile, embeddedFile, Recorder } from './record.ts';
import { Runs, readRun } from './runs.ts';
import { isWell, liveOf, type Scene, SERVERS } from './scene.ts';
import { type Suffered, writeSuffered } from './suffered.ts';
import { until } from './until.ts';

/** Calculations make the first run and no other, unless they are started again: the others are turns of it. */
const ONCE_MS = 3_600_000;
const SETTLED_WITHIN_MS = 60_000;
/** In its first seconds Elasticsearch is several times slower: its code is compiled while it is asked. */
const WARM_MS = 30_000;

export interface BreakOptions {
  /** Emptied first. */
  readonly folder: string;
  /** Questions. */
  readonly perSecond: number;
  /** Each fault comes once; until so many are over, any of them comes again. */
  readonly minutes: number;
  tell(line: string): void;
}

export async function breakStack({ folder, perSecond, minutes, tell }: BreakOptions): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const stack = await startStack({
    folder: join(folder, 'stack'),
    everyMs: ONCE_MS,
    lookupsPerSecond: 0,
    faults: true,
    onStarted: (name) => tell(`  ${name} is up`),
  });
  try {
    const facts = await stack.facts();
    useS3(facts);
    const { run } = await liveOf({ door: stack });
    await using runsFolder = openFolder(facts.runs, { s3Endpoint: facts.s3.endpoint });
    const first = await readRun(runsFolder, parseRunId(run));
    const recorder = new Recorder(folder, first.members);
    const announced = (key: string) => announce(facts.queues.runs, new URL(facts.runs).host, key);
    const runs = new Runs({ folder: runsFolder, first, recorder, announce: announced });
    using crowd = startCrowd({
      servers: Object.fromEntries(SERVERS.map((server) => [server, portOf(facts, server)])),
      key: facts.keys.checkout,
      perSecond,
      customers: runs.customers,
      file: answersFile(folder),
      embeddedFile: embeddedFile(folder),
    });
    const suffered = await underLoad({ door: stack, runs, recorder }, { crowd, minutes, tell });
    await crowd.end();
    await recorder.close();
    await writeSuffered(folder, suffered);
  } finally {
    await stack.stop();
  }
}

interface Load extends Pick<BreakOptions, 'minutes' | 'tell'> {
  readonly crowd: Crowd;
}

async function underLoad(scene: Scene, { crowd, minutes, tell }: Load): Promise<readonly Suffered[]> {
  await delay(WARM_MS);
  const background = startBackground(scene, crowd);
  const endsAt = clock() + minutes * 60_000;
  const suffered = await suffer({ faults: FAULTS, until: endsAt, onSuffered: (one) => tell(toldOf(one)) }, scene);
  await background.end();
  await settle(scene);
  await lookUp(scene, background.changes);
  return suffered;
}

/** The last run becomes live whatever came before, and every line of it is there. */
async function settle(scene: Scene): Promise<void> {
  // Those of calculations that became live by themselves are known from now on, too.
  await scene.runs.calculatedSince(new Date(0));
  const last = await scene.runs.next();
  const isLive = async () => (await liveOf(scene)).run >= last && (await isWell(scene));
  await until(`${last} is live`, { withinMs: SETTLED_WITHIN_MS }, isLive).catch(() => 'the checker tells');
  scene.recorder.record({ what: 'live', ...(await liveOf(scene)) });
  await compare(scene);
}

function toldOf({ fault, from, endedAt, wellAt }: Suffered): string {
  const recovered = wellAt === undefined ? 'NOT recovered from' : `recovered ${seconds(wellAt - endedAt)} later`;
  return `${fault.name}: ${seconds(endedAt - from)}, ${recovered}`;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** The S3 client takes its credentials from the environment alone; so does `segment-ingest`, which inherits it. */
function useS3({ s3 }: Facts): void {
  process.env.AWS_ACCESS_KEY_ID = s3.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;
  process.env.AWS_REGION = 'us-east-1';
}

const portOf = ({ parts }: Facts, name: string): number => Number(new URL(parts[name]?.url ?? '').port);
