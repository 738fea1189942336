/** Servers stopped and started one after the other, below clients that keep their connections. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseRunId } from '@segment-store/contract/id';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statusOf } from '../support/ask.ts';
import { type RunningServer, resultOf, startServer } from '../support/commands.ts';
import { runFiles, writeRun } from '../support/run-folder.ts';

const RUN = parseRunId('20260101t000000z');
let scratch = '';
let store: readonly string[] = [];
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'segment-rolling-'));
  store = ['--store', `embedded:${join(scratch, randomUUID())}`];
  const lines = Array.from(
    { length: 500 },
    (_, index) => `{"customer_id":"c${index}","segment_ids":["s:${index % 7}"]}`,
  );
  await writeRun(join(scratch, RUN), runFiles({ run: RUN, parts: [lines] }));
  await resultOf('ingest', ['load', join(scratch, RUN), ...store]);
});
afterAll(() => rm(scratch, { recursive: true }));

const start = () => startServer([...store, '--drain-delay-ms', '1500']);

test('a rolling restart fails no request of a client with kept connections', { timeout: 120_000 }, async () => {
  const balancer = createBalancer([await start(), await start()]);
  const stop = new AbortController();
  const clients = Array.from({ length: 8 }, (_, index) => client(balancer, index, stop.signal));
  await expect.poll(() => balancer.answered, { timeout: 10_000 }).toBeGreaterThan(200);
  const exits: (number | null)[] = [];
  for (const old of balancer.servers()) {
    balancer.add(await start());
    const before = balancer.answered;
    exits.push(await old.stop());
    balancer.remove(old);
    await expect.poll(() => balancer.answered, { timeout: 10_000 }).toBeGreaterThan(before + 200);
  }
  stop.abort();
  await Promise.all(clients);
  const left = balancer.servers();
  exits.push(...(await Promise.all(left.map((one) => one.stop()))));
  balancer.close();
  expect(balancer.failures).toEqual([]);
  expect(exits).toEqual([0, 0, 0, 0]);
});

type Balancer = ReturnType<typeof createBalancer>;

/** Asks for readiness ten times a second, as a load balancer does, and sends requests where it was given last. */
function createBalancer(first: readonly RunningServer[]) {
  const known = new Map(first.map((server) => [server, true]));
  const agent = new Agent({ keepAlive: true });
  const failures: string[] = [];
  const state = { answered: 0 };
  const probe = async () => {
    for (const server of known.keys()) {
      const status = await statusOf(`${server.url}/readyz`).catch(() => 0);
      if (known.has(server)) known.set(server, status === 200);
    }
  };
  const probing = setInterval(() => void probe(), 100);
  return {
    failures,
    get answered() {
      return state.answered;
    },
    servers: () => [...known.keys()],
    add: (server: RunningServer) => void known.set(server, true),
    remove: (server: RunningServer) => void known.delete(server),
    async ask(path: string) {
      const ready = [...known].flatMap(([server, isReady]) => (isReady ? [server] : []));
      const server = ready[Math.floor(Math.random() * ready.length)];
      const outcome = await statusOf(`${server?.url}${path}`, agent).catch((error: Error) => error.message);
      if (outcome === 200) state.answered += 1;
      else failures.push(`${outcome}`);
    },
    close() {
      clearInterval(probing);
      agent.destroy();
    },
  };
}

async function client(balancer: Balancer, index: number, signal: AbortSignal): Promise<void> {
  for (let count = 0; !signal.aborted; count += 1) {
    await balancer.ask(`/v1/customers/c${(count * 8 + index) % 500}/segments`);
    await pause(5);
  }
}
