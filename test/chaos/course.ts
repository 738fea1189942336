/** One fault after the other, below everything that goes on: each begins, lasts, ends, and is waited for to be over. */
import { setTimeout as delay } from 'node:timers/promises';
import { clock } from './clock.ts';
import type { Fault } from './fault.ts';
import type { HappeningOf } from './history.ts';
import { ingest } from './ingest.ts';
import { isWell, liveOf, type Scene } from './scene.ts';
import type { Suffered } from './suffered.ts';
import { until } from './until.ts';

const LASTS_SECONDS = 6;
/** A load whose job died is taken up when the lease of the dead one is over: 60 s, and the time of its message. */
const OVER_WITHIN_MS = 150_000;
const CALM_MS = 2_000;
const COMPARED_WITHIN_MS = 60_000;

interface Course {
  readonly faults: readonly Fault[];
  /** Of `clock.ts`: until then it goes on, with any of them. */
  readonly until: number;
  onSuffered(suffered: Suffered): void;
}

/** Ends with the first that is not recovered from: what comes behind it would tell nothing. */
export async function suffer(
  { faults, until: endsAt, onSuffered }: Course,
  scene: Scene,
): Promise<readonly Suffered[]> {
  const all: Suffered[] = [];
  for (const fault of inTurn(faults, endsAt)) {
    const suffered = await sufferOne(fault, scene);
    all.push(suffered);
    onSuffered(suffered);
    if (suffered.wellAt === undefined) break;
    if (fault.kills) await compare(scene);
    await delay(CALM_MS);
  }
  return all;
}

/** Each of them once, then any of them. */
function* inTurn(faults: readonly Fault[], endsAt: number): Generator<Fault> {
  yield* faults;
  while (clock() < endsAt) {
    const fault = faults[Math.trunc(Math.random() * faults.length)];
    if (fault !== undefined) yield fault;
  }
}

async function sufferOne(fault: Fault, scene: Scene): Promise<Suffered> {
  const [from, since] = [clock(), new Date()];
  const end = await fault.begin(scene);
  await delay((fault.seconds ?? LASTS_SECONDS) * 1_000);
  const endedAt = clock();
  await end();
  const over = until(`${fault.name} is over`, { withinMs: OVER_WITHIN_MS }, () => isOver(fault, scene, since));
  const wellAt = await over.then(clock, (): undefined => undefined);
  if (fault.hides) scene.recorder.record({ what: 'outage', from });
  return { fault, from, endedAt, ...(wellAt !== undefined && { wellAt }) };
}

async function isOver(fault: Fault, scene: Scene, since: Date): Promise<boolean> {
  if (!(await isWell(scene))) return false;
  if (fault.announces && (await liveOf(scene)).run < scene.runs.newest) return false;
  return (await fault.isOver?.(scene, since)) ?? true;
}

/** Every line of the live run beside what Elasticsearch answers; a publish that comes between makes it begin again. */
export async function compare(scene: Scene): Promise<void> {
  const { parts, runs, s3 } = await scene.door.facts();
  const places = ['--store', `${parts['elasticsearch-1']?.url}`, '--s3-endpoint', s3.endpoint];
  await until('lines are compared', { withinMs: COMPARED_WITHIN_MS }, async () => {
    const { run } = await liveOf(scene);
    const found = await ingest('verify', `${runs}/${run}`, ...places);
    scene.recorder.record({ what: 'compared', run, ...countsOf(found) });
    return true;
  });
}

/** Strays are not counted: somebody who is erased meanwhile looks like one. */
type Counts = Pick<HappeningOf<'compared'>, 'equal' | 'wrong'>;

/** @throws Error for a result that has no counts */
function countsOf({ lines }: Readonly<Record<string, unknown>>): Counts {
  const counts: Readonly<Record<string, unknown>> = Object(lines);
  const [equal, wrong] = [Number(counts.equal), Number(counts.different) + Number(counts.absent)];
  if (Number.isNaN(equal + wrong)) throw new Error(`no counts in ${JSON.stringify(lines)}`);
  return { equal, wrong };
}
