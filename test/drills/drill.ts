/** One drill: the condition of a run-book is brought about, looked into by its queries, and ended by its commands. */
import { existsSync } from 'node:fs';
import type { RunBook } from '../deploy/run-books.ts';
import { effectOf } from './effects.ts';
import type { Ground } from './ground.ts';
import { until } from './observing.ts';
import type { Environment } from './shell.ts';
import { partOf, treatmentOf } from './tally.ts';

export interface Walk {
  /** The rule's `for` or its windows are longer than a drill: then what it is made of is looked at instead. */
  readonly seen: 'alerted' | 'pending' | { readonly recorded: string };
  /** What is in queries of the page that find nothing here, though they could. */
  readonly silent?: readonly string[];
  /** Looks of the page ask what is dead. */
  readonly looksFail?: true;
  /** It may be there before, its window being long: this query is silent before the drill and has a sample once it is seen. */
  readonly lingers?: string;
  /** A query that has a sample once it is over. Default: neither Prometheus nor Alertmanager has the alert. */
  readonly over?: string;
}

export interface Drill {
  /** What is done, for the pages: `server-1 is killed`. */
  readonly how: string;
  /** The alerts whose run-books are walked through, in this order. */
  readonly walks: Readonly<Record<string, Walk>>;
  /** Time it takes counts nowhere. Variables for the commands of the pages. */
  prepare?(ground: Ground): Promise<Environment>;
  bring(ground: Ground, prepared: Environment): Promise<Environment | undefined>;
  /** Again and again until everything is seen. */
  meanwhile?(ground: Ground): Promise<void>;
  /** What the pages leave to others (the owners of the store, the job's next run); after their commands. */
  mend?(ground: Ground, environment: Environment): Promise<void>;
}

/** What a page asked for and did not get, though the drill goes on. */
export interface Misses {
  readonly silentQueries: number;
  readonly failedLooks: number;
}

export interface Drilled extends Misses {
  readonly alert: string;
  /** From the condition to its being seen. */
  readonly seenSeconds: number;
  /** From the first command to the end of the condition. */
  readonly overSeconds: number;
}

const NONE: Misses = { silentQueries: 0, failedLooks: 0 };
const CALM_MS = 90_000;
const SEEN_MS = 150_000;
const OVER_MS = 120_000;

/** @throws Error naming run-book and command for whatever does not go as the page says */
export async function perform(drill: Drill, ground: Ground, books: readonly RunBook[]): Promise<readonly Drilled[]> {
  const walks = Object.entries(drill.walks);
  for (const [alert, walk] of walks) await calm(alert, walk, ground);
  let environment: Environment = {};
  try {
    environment = (await drill.prepare?.(ground)) ?? {};
    const broughtAt = performance.now();
    environment = { ...environment, ...(await drill.bring(ground, environment)) };
    const seen = await seenAll(walks, drill, ground);
    const scene = { ground, environment };
    const misses: Misses[] = [];
    for (const [alert, walk] of walks) misses.push(await diagnose(bookOf(alert, books), walk, scene));
    const mendedAt = performance.now();
    for (const [alert] of walks) await mitigate(bookOf(alert, books), scene);
    await drill.mend?.(ground, environment);
    const over = await Promise.all(walks.map((walk) => isOver(walk, ground)));
    return walks.map(([alert], index) => ({
      alert,
      ...(misses[index] ?? NONE),
      seenSeconds: ((seen[index] ?? 0) - broughtAt) / 1_000,
      overSeconds: ((over[index] ?? 0) - mendedAt) / 1_000,
    }));
  } catch (error) {
    await drill.mend?.(ground, environment).catch(() => 'the drill has failed already');
    await whole(ground);
    throw error;
  }
}

/** After a drill that failed every part runs again, and the next one may be tried. */
async function whole({ door }: Ground): Promise<void> {
  const { parts } = await door.facts();
  const dead = Object.entries(parts).flatMap(([name, { pid }]) => (existsSync(`/proc/${pid}`) ? [] : [name]));
  for (const part of dead) await door.restart(part);
}

export function bookOf(alert: string, books: readonly RunBook[]): RunBook {
  const found = books.find(({ name }) => name === alert);
  if (found === undefined) throw new Error(`${alert} has no run-book`);
  return found;
}

/** Or nobody could tell that it was the drill. */
async function calm(alert: string, { seen, lingers }: Walk, ground: Ground): Promise<void> {
  const isCalm = async (): Promise<boolean> => {
    if (lingers !== undefined) return (await ground.count(lingers)) === 0;
    return typeof seen === 'object' || !(await isThere(alert, ground));
  };
  await until(`${alert}, there before its drill, ends`, CALM_MS, isCalm);
}

const isThere = async (alert: string, ground: Ground): Promise<boolean> =>
  (await ground.isPending(alert)) || (await ground.isNotified(alert));

type Walks = readonly (readonly [alert: string, walk: Walk])[];

/** When each was seen, on the clock of `performance`. */
async function seenAll(walks: Walks, { meanwhile }: Drill, ground: Ground): Promise<readonly number[]> {
  const all = Promise.all(
    walks.map(async ([alert, walk]) => {
      await until(`${alert} is seen`, SEEN_MS, () => isSeen(alert, walk, ground));
      return performance.now();
    }),
  );
  if (meanwhile === undefined) return all;
  let ended = false;
  const over = all.then(noop, noop).then(() => {
    ended = true;
  });
  while (!ended) await Promise.race([meanwhile(ground), over]);
  return all;
}

const noop = (): void => {};

async function isSeen(alert: string, { seen, lingers }: Walk, ground: Ground): Promise<boolean> {
  if (lingers !== undefined && (await ground.count(lingers)) === 0) return false;
  if (seen === 'alerted') return ground.isNotified(alert);
  return seen === 'pending' ? ground.isPending(alert) : (await ground.count(seen.recorded)) > 0;
}

interface Scene {
  readonly ground: Ground;
  readonly environment: Environment;
}

async function diagnose({ name, fences }: RunBook, walk: Walk, { ground, environment }: Scene): Promise<Misses> {
  const { silent = [], looksFail = false } = walk;
  let [silentQueries, failedLooks] = [0, 0];
  for (const fence of fences) {
    const { text } = fence;
    const treatment = treatmentOf(fence);
    if (treatment === 'asked' && (await ground.count(text)) === 0) {
      if (!silent.some((part) => text.includes(part))) throw new Error(`${name} finds nothing by\n${text}`);
      silentQueries += 1;
    } else if (treatment === 'looked') {
      const { exitCode, output } = await ground.shell(text, environment);
      if (exitCode === 0) continue;
      if (!looksFail) throw new Error(`${name}: a look ended with ${exitCode}\n${text}\n${output}`);
      failedLooks += 1;
    }
  }
  return { silentQueries, failedLooks };
}

/** Every command of the section, top down; where a cluster's part would be changed, that of the stack starts again. */
async function mitigate({ name, fences }: RunBook, { ground, environment }: Scene): Promise<void> {
  for (const fence of fences) {
    try {
      const treatment = treatmentOf(fence);
      if (treatment === 'replaced') await ground.door.restart(partOf(fence));
      else if (treatment === 'run') await runWithEffect(fence.text, { ground, environment });
    } catch (error) {
      throw new Error(`${name}: a mitigation does not work`, { cause: error });
    }
  }
}

/** @throws Error for a command that ends with another code than 0, or ends well without having done what it is for */
async function runWithEffect(text: string, { ground, environment }: Scene): Promise<void> {
  await ground.mustRun(text, environment);
  const effect = effectOf(text);
  if (effect === undefined) return;
  const { output } = await ground.shell(effect.look, environment);
  if (!effect.holds(output, environment)) throw new Error(`${text}\nended with 0 without effect:\n${output}`);
}

async function isOver([alert, { over }]: Walks[number], ground: Ground): Promise<number> {
  await until(`${alert} is over`, OVER_MS, async () =>
    over === undefined ? !(await isThere(alert, ground)) : (await ground.count(over)) > 0,
  );
  return performance.now();
}
