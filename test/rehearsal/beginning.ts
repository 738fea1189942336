/** From nothing to two runs, one live, one that may be rolled back to, and figures that begin when all is up. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stack } from '@segment-store/stack/stack';
import { until } from '../drills/observing.ts';
import type { Shell } from '../drills/shell.ts';
import type { Log } from './log.ts';

export const BEGINNING = 'From nothing to a run that answers';

const STACK = 'stack';
const CALCULATED_MS = 180_000;

/** The id of the newer one, which is live. */
export async function secondRun(stack: Stack, shell: Shell, log: Log): Promise<string> {
  const live = async () => {
    const { output } = await shell('segment-ingest generations --store "$STORE"');
    return /^(\d{8}t\d{6}z)\s+live\b/m.exec(output)?.[1] ?? '';
  };
  const note = (what: string) => log.note({ section: BEGINNING, who: STACK, what });
  const first = await live();
  note(`the first run is calculated, announced, loaded and published: ${first} is live`);
  await stack.restart('calculations');
  await until('the second run is live', CALCULATED_MS, async () => ![first, ''].includes(await live()));
  const second = await live();
  note(`so is the next one: ${second} is live, ${first} may be rolled back to`);
  return second;
}

const AT_ONCE = 100;
const ASK_MS = 10_000;

/** Each server has answered for everybody once: who asks later is no cold read. */
export async function warmed(servers: readonly string[], customers: readonly string[], key: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  for (const server of servers) {
    for (let from = 0; from < customers.length; from += AT_ONCE) {
      const body = JSON.stringify({ customerIds: customers.slice(from, from + AT_ONCE) });
      const signal = AbortSignal.timeout(ASK_MS);
      await fetch(`${server}/v1/lookups`, { method: 'POST', headers, body, signal }).then((answer) => answer.text());
    }
  }
}

/**
 * What a cold start did is no figure of a launch: one answer slower than half a second, of those few, and availability burns
 * for the half hour that its window is long.
 */
export async function figuresAnew(stack: Stack, log: Log): Promise<void> {
  const { folder } = await stack.facts();
  await stack.kill('prometheus');
  await rm(join(folder, 'prometheus/data'), { recursive: true, force: true });
  await stack.restart('prometheus');
  log.note({
    section: BEGINNING,
    who: STACK,
    what: 'all is warm: Prometheus begins anew, without what the cold start did',
  });
}
