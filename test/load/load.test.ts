/** `npm run load` on a server of the stack: a step of its own, because percentiles want a quiet machine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand } from '@segment-store/cli/child';
import { get } from '@segment-store/services/service';
import { type Stack, startStack } from '@segment-store/stack/stack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Verdict } from '../../scripts/load/agreement.ts';
import type { Measured } from '../../scripts/load/measure.ts';
import type { ToolName } from '../../scripts/load/options.ts';

const script = join(import.meta.dirname, '../../scripts/load.ts');
const UP_MS = 200_000;

const folder = mkdtempSync(join(tmpdir(), 'load-stack-'));
let stack: Stack;
beforeAll(async () => {
  // Nobody else asks, and no calculation comes in between but the one that a profile wants.
  stack = await startStack({ folder, everyMs: 3_600_000, lookupsPerSecond: 0 });
}, UP_MS);
afterAll(async () => {
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

interface Loaded {
  readonly exitCode: number | null;
  readonly verdicts: readonly Verdict[];
  readonly tools: Readonly<Partial<Record<ToolName, Measured>>>;
}

async function load(...args: readonly string[]): Promise<Loaded> {
  const all = [...args, '--stack', folder, '--results', join(folder, 'load.json')];
  const { exitCode, events, stderr } = await startCommand(script, all).finished;
  const result = events.find((event) => event.kind === 'result');
  if (result === undefined) throw new Error(`npm run load ended with ${exitCode}: ${JSON.stringify(events)} ${stderr}`);
  return { exitCode, ...Object({ verdicts: result.data.verdicts, tools: result.data.tools }) };
}

test('JMeter and vegeta agree: achieved rate within 2 %, p75 within 2 ms, behind 20 ms', async () => {
  const { exitCode, verdicts, tools } = await load('--latency', '20ms', '--rate', '100', '--duration', '60s');
  expect(verdicts.map(({ what, passed }) => [what, passed])).toEqual([
    ['achieved rate', true],
    ['p75', true],
  ]);
  expect(exitCode).toBe(0);
  for (const measured of [tools.jmeter, tools.vegeta]) {
    const [row] = measured?.rows ?? [];
    expect(row).toMatchObject({ requests: 6_000, statuses: { 200: 6_000 } });
    expect(row?.achieved).toBeCloseTo(100, 0);
    expect(row?.fromDue.p75).toBeGreaterThanOrEqual(20);
    expect(row?.fromDue.p75).toBeLessThan(27);
    expect(measured?.cost?.cpuMicrosPerRequest).toBeGreaterThan(10);
  }
}, 400_000);

const rowOf = ({ tools }: Loaded, phase: string, caller = 'usual') =>
  tools.vegeta?.rows.find((row) => row.phase === phase && row.caller === caller);

test('a key that asks more than it may is refused, and the others are not', async () => {
  const loaded = await load('--profile', 'abusive-key', '--with', 'vegeta', '--rate', '50', '--duration', '20s');
  expect(rowOf(loaded, 'abuse')?.statuses).toEqual({ 200: expect.any(Number) });
  const { 429: refused = 0, ...rest } = rowOf(loaded, 'abuse', 'abusive')?.statuses ?? {};
  expect(Object.keys(rest)).toEqual(['200']);
  // It may a third, and a second's worth at once.
  expect(refused / (refused + (rest[200] ?? 0))).toBeGreaterThan(0.5);
}, 200_000);

test('from empty caches every customer is read once, and answered', async () => {
  const loaded = await load('--profile', 'cold-cache', '--with', 'vegeta', '--rate', '100', '--duration', '20s');
  expect(rowOf(loaded, 'all')?.statuses).toEqual({ 200: 2_000 });
  expect(loaded.tools.vegeta?.cost?.storeShare).toBeGreaterThan(0.1);
}, 200_000);

test('a publish under load fails nobody', async () => {
  const generation = async () =>
    /segment_generation_info\{.*generation="(\w+)"/.exec(await get(`${await ops()}/metrics`));
  const ops = async () => (await stack.facts()).ops['server-1'];
  const before = (await generation())?.[1];
  const loaded = await load('--profile', 'publish', '--with', 'vegeta', '--rate', '50', '--duration', '120s');
  expect(rowOf(loaded, 'all')?.statuses).toEqual({ 200: 6_000 });
  expect((await generation())?.[1]).not.toBe(before);
}, 300_000);

test('half of the requests about strangers, and a fifth about one customer, are answered all', async () => {
  for (const profile of ['unknown-ids', 'hot-key']) {
    const { tools } = await load('--profile', profile, '--with', 'vegeta', '--rate', '100', '--duration', '20s');
    expect(tools.vegeta?.rows.map(({ statuses }) => statuses)).toEqual([{ 200: 2_000 }]);
  }
}, 200_000);
