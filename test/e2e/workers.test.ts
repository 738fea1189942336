/** One server of several processes. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand } from '@segment-store/cli/child';
import { parseRunId } from '@segment-store/contract/id';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { statusOf } from '../support/ask.ts';
import { mainOf, resultOf } from '../support/commands.ts';
import { runFiles, writeRun } from '../support/run-folder.ts';

const RUN = parseRunId('20260101t000000z');
const WORKERS = 2;
let scratch = '';
let store: readonly string[] = [];
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'segment-workers-'));
  store = ['--store', `embedded:${join(scratch, 'store')}`];
  const lines = Array.from({ length: 200 }, (_, index) => `{"customer_id":"c${index}","segment_ids":["s:1"]}`);
  await writeRun(join(scratch, RUN), runFiles({ run: RUN, parts: [lines] }));
  await resultOf('ingest', ['load', join(scratch, RUN), ...store]);
});
afterAll(() => rm(scratch, { recursive: true }));

test('workers share the requests, one that dies is replaced, figures are those of all', {
  timeout: 60_000,
}, async () => {
  const server = startCommand(mainOf('server'), [...store, '--port', '0', '--workers', `${WORKERS}`]);
  const listening = await server.until(({ kind }) => kind === 'result');
  const url = listening.kind === 'result' ? `${listening.data.url}` : '';
  await expect.poll(async () => (await counted(url)).starts, { timeout: 20_000 }).toBe(WORKERS);
  await expect.poll(() => allAnswer(url), { timeout: 20_000 }).toBe(true);
  const before = await counted(url);
  const statuses = await lookups(url, 32, 10);
  expect(statuses).toEqual(Array.from({ length: 320 }, () => 200));
  await expect.poll(async () => (await counted(url)).all - before.all, { timeout: 10_000 }).toBeGreaterThanOrEqual(320);
  const after = await counted(url);
  for (const slot of [1, 2]) expect(after.of(slot) - before.of(slot)).toBeGreaterThan(0);

  const [victim] = childrenOf(server.process.pid);
  process.kill(victim ?? 0, 'SIGKILL');
  await expect.poll(() => childrenOf(server.process.pid).length, { timeout: 10_000 }).toBe(WORKERS - 1);
  const replaced = await server.until((event) => event.kind === 'warning' && event.text.includes('has ended'));
  expect(replaced).toMatchObject({ text: expect.stringContaining('another takes its place in 200 ms: SIGKILL') });
  expect((await counted(url)).all).toBeGreaterThanOrEqual(after.all);
  await expect.poll(async () => (await counted(url)).starts, { timeout: 20_000 }).toBe(WORKERS + 1);
  expect(new Set(await lookups(url, 32, 3))).toEqual(new Set([200]));

  server.process.kill('SIGTERM');
  expect((await server.finished).exitCode).toBe(0);
});

/** Connections that begin one after the other, each of which then asks for as many customers. */
async function lookups(url: string, connections: number, each: number): Promise<readonly number[]> {
  const agents = Array.from({ length: connections }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const ask = (index: number, agent: Agent) => statusOf(`${url}/v1/customers/c${index % 200}/segments`, agent);
  const statuses: number[] = [];
  for (const agent of agents) statuses.push(await ask(0, agent));
  const others = agents.flatMap((agent) => Array.from({ length: each - 1 }, (_, index) => ask(index, agent)));
  statuses.push(...(await Promise.all(others)));
  for (const agent of agents) agent.destroy();
  return statuses;
}

const allAnswer = async (url: string) => (await lookups(url, 8, 1)).every((status) => status === 200);

async function counted(url: string) {
  const text = await (await fetch(`${url}/metrics`)).text();
  const of = (name: string) => {
    const lines = [...text.matchAll(new RegExp(`^segment_worker_${name}\\{worker="(\\d)"\\} (\\d+)$`, 'gm'))];
    return new Map(lines.map(([, slot, value]) => [Number(slot), Number(value)]));
  };
  const requests = of('requests_total');
  const sum = (values: Iterable<number>) => [...values].reduce((total, one) => total + one, 0);
  return {
    all: sum(requests.values()),
    of: (slot: number) => requests.get(slot) ?? 0,
    starts: sum(of('starts').values()),
  };
}

function childrenOf(pid: number | undefined): readonly number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([child = 0, parent]) => (parent === pid ? [child] : []));
}
