/** The first server of a stack that runs on this machine: it lets itself be treated badly. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { get } from '@segment-store/services/service';
import { attach } from '@segment-store/stack/control';
import { customersOf } from '@segment-store/stack/customers';
import type { Door, Facts } from '@segment-store/stack/door';
import { createKey, keyFileIn } from '@segment-store/stack/keys';
import type { Place } from './place.ts';
import type { Happening } from './profile.ts';

const SERVER = 'server-1';
const KNOWN_WITHIN_MS = 10_000;
const READY_WITHIN_MS = 60_000;
const POLL_MS = 200;

interface Stacked {
  readonly folder: string;
  /** What the abusive key may; undefined: nobody is. */
  readonly abusivePerSecond: number | undefined;
}

/** @throws CommandError exit 6 where none runs */
export async function stackPlace({ folder, abusivePerSecond }: Stacked): Promise<Place> {
  const door = await runningStack(folder);
  const facts = await door.facts();
  const url = `${facts.parts[SERVER]?.url}`;
  const { customers } = await customersOf([url], facts.keys.operator);
  const usual = facts.keys.feed;
  const abusive = abusivePerSecond === undefined ? usual : await createAbusiveKey(facts, abusivePerSecond);
  const happen = (what: Happening) => happenings[what](door, facts);
  return { url, keys: { usual, abusive }, customers, ops: facts.ops[SERVER], pids: pidsOf(facts), happen };
}

function pidsOf({ parts }: Facts): Place['pids'] {
  const pids = (...names: readonly string[]) => names.flatMap((name) => parts[name]?.pid ?? []);
  return { redis: pids('redis'), store: pids('elasticsearch-1', 'elasticsearch-2') };
}

/** @throws CommandError exit 6 where none runs */
export async function runningStack(folder: string): Promise<Door> {
  try {
    const door = attach(folder);
    await door.facts();
    return door;
  } catch (cause) {
    const message = `no stack runs with ${folder}: start one with npm run stack, or give --target`;
    throw new CommandError(exitCode.unavailable, message, { cause });
  }
}

const happenings: Readonly<Record<Happening, (door: Door, facts: Facts) => Promise<void>>> = {
  'empty-caches': emptyCaches,
  // It calculates as soon as it is started; what it announces is loaded and published.
  publish: (door) => door.restart('calculations'),
};

/** What the server keeps on disk would be in its memory again. */
async function emptyCaches(door: Door, { folder, ops }: Facts): Promise<void> {
  await door.kill(SERVER);
  await rm(join(folder, SERVER), { recursive: true, force: true });
  await door.restart('redis');
  await door.restart(SERVER);
  await until(READY_WITHIN_MS, `${SERVER} is not ready`, async () => Boolean(await get(`${ops[SERVER]}/readyz`)));
}

/** By the command that people use. Names of keys are used once: nobody else's are touched. */
async function createAbusiveKey({ folder, parts }: Facts, perSecond: number): Promise<string> {
  const name = `abusive-${Date.now().toString(36)}`;
  const key = await createKey(keyFileIn(folder), name, ['--rate', `${perSecond}`]);
  const url = `${parts[SERVER]?.url}/v1/customers/stranger/segments`;
  await until(KNOWN_WITHIN_MS, `${SERVER} does not know the key ${name}`, async () => {
    return (await fetch(url, { headers: { authorization: `Bearer ${key}` } })).status !== 401;
  });
  return key;
}

async function until(withinMs: number, complaint: string, condition: () => Promise<boolean>): Promise<void> {
  const deadlineAt = performance.now() + withinMs;
  while (!(await condition().catch(() => false))) {
    if (performance.now() > deadlineAt) throw new Error(`${complaint} after ${withinMs / 1_000} s`);
    await delay(POLL_MS);
  }
}
