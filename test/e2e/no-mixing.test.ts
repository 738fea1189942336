/** Publishes and a roll back below readers, on three shards, two workers and Redis: no answer mixes two generations. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createSegmentClient } from '@segment-store/sdk';
import { openStore } from '@segment-store/store/open';
import type { Store } from '@segment-store/store/store';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { askOne, CUSTOMERS, type Judged, publishNext, segmentOf } from '../support/all-of-one.ts';
import { startServer } from '../support/commands.ts';
import { removeIndices } from '../support/indices.ts';
import { servers } from '../support/servers.ts';

/** A hundred in the long tests. */
const PUBLISHES = Number(process.env.PUBLISHES ?? 8);
/** From a publish to its first answer, from a roll back to the last answer of what it withdrew. */
const BOUND_MS = 10_000;
const POLL_MS = 500;
const READERS = 8;

const prefix = `mixing-${randomUUID().slice(0, 8)}`;
afterAll(() => removeIndices(prefix));

interface Seen extends Judged {
  readonly askedAt: number;
}

/** Asks without a pause until it is told to stop. */
function readUntil(stopped: AbortSignal, url: string): { readonly seen: Seen[]; readonly done: Promise<unknown> } {
  const seen: Seen[] = [];
  const reader = async (_: unknown, index: number) => {
    for (let turn = index; !stopped.aborted; turn++) {
      const askedAt = performance.now();
      seen.push({ ...(await askOne(url, turn)), askedAt });
      await pause(1); // the readers share a process with the test
    }
  };
  return { seen, done: Promise.all(Array.from({ length: READERS }, reader)) };
}

async function start(store: Store) {
  const { elasticsearch, redis } = servers();
  const args = ['--store', elasticsearch, '--prefix', prefix, '--redis', redis, '--poll-ms', `${POLL_MS}`];
  // Nothing may fail, however busy the machine is; most questions are left to be asked anew below the readers.
  const patient = ['--store-timeout-ms', '10000', '--warm-up-questions', '50'];
  await publishNext(store, 0);
  const server = await startServer([...args, ...patient, '--workers', '2']);
  onTestFinished(async () => void (await server.stop()));
  return server;
}

test(`${PUBLISHES} publishes and a roll back below readers`, { timeout: 60_000 + PUBLISHES * 15_000 }, async () => {
  await using store = openStore(servers().elasticsearch, { prefix, shards: 3, pollMs: 100 });
  const { url } = await start(store);
  const stop = new AbortController();
  const { seen, done } = readUntil(stop.signal, url);
  const epochs = new Map([[(await store.publisher.live()).generation.run as string, 1]]);
  const slowest: number[] = [];
  for (let index = 1; index <= PUBLISHES; index++) {
    const run = await publishNext(store, index);
    const publishedAt = performance.now();
    epochs.set(run, (await store.publisher.live()).epoch);
    await expect.poll(() => seen.some((one) => one.run === run), { timeout: BOUND_MS, interval: 20 }).toBe(true);
    slowest.push(performance.now() - publishedAt);
    await removeOlder(store, 3);
  }
  const { bad, firstAt, sdk } = await rollBack(store, url);
  stop.abort();
  await done;

  const faults = seen.flatMap((one) => one.faults);
  expect(faults.slice(0, 5)).toEqual([]);
  expect(seen.filter(({ run, epoch }) => run !== '' && run !== sdk.back && epochs.get(run) !== epoch)).toEqual([]);
  expect(seen.some(({ stale }) => stale)).toBe(true);
  expect(new Set(seen.flatMap(({ run }) => (run === '' ? [] : [run]))).size).toBe(PUBLISHES + 1);
  const late = seen.filter(({ run, askedAt }) => run === bad && askedAt > firstAt + BOUND_MS);
  expect(late).toEqual([]);
  expect(sdk.late).toEqual([]);
  const after = seen.filter(({ askedAt }) => askedAt > firstAt + BOUND_MS);
  expect(after.length).toBeGreaterThan(100);
  console.info(
    `${seen.length} answers, ${seen.filter(({ stale }) => stale).length} of the generation before; ` +
      `publish to first answer at most ${Math.max(...slowest).toFixed(0)} ms`,
  );
});

/** With L1, Redis and an SDK warm on what is withdrawn. */
async function rollBack(store: Store, url: string) {
  const live = await store.publisher.live();
  const bad = live.generation.run;
  await using client = await warmClient(url, bad);
  const { generation } = await store.publisher.rollBack(live.epoch);
  const firstAt = performance.now();
  const late: string[] = [];
  for (let turn = 0; performance.now() < firstAt + BOUND_MS + 3_000; turn++) {
    const askedAt = performance.now();
    // Customers come and go: one in ten is new to this client, and so it hears of the roll back.
    const answer = await client.lookup(turn % 10 === 0 ? `new-${turn}` : `${CUSTOMERS[turn % CUSTOMERS.length]}`);
    const isBad = answer.segmentIds.includes(segmentOf(bad)) || (answer.ok && answer.generation === bad);
    if (isBad && askedAt > firstAt + BOUND_MS) late.push(JSON.stringify(answer));
    await pause(20);
  }
  return { bad, firstAt, sdk: { late, back: generation.run } };
}

/** Every answer of its cache is of `run`: a client that asked too early would keep some of the one before for half a minute. */
async function warmClient(url: string, run: string) {
  for (;;) {
    const client = createSegmentClient({ baseUrl: url, deadlineMs: 5_000, attemptTimeoutMs: 5_000 });
    const known = await Promise.all(CUSTOMERS.map((id) => client.lookup(id)));
    if (known.every((answer) => answer.ok && answer.generation === run)) return client;
    await client.close();
    await pause(500);
  }
}

/** As a retention would, sooner: what a server has left is gone. */
async function removeOlder(store: Store, keep: number): Promise<void> {
  const generations = await store.publisher.generations();
  const old = generations.toSorted((a, b) => (a.run < b.run ? 1 : -1)).slice(keep);
  for (const { run } of old) await store.publisher.remove(run);
}
