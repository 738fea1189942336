/**
 * Of every fault: how late the latest read was, what it was answered, what reached the service, when all was well again.
 * `FAULT_CALLS`: how many reads; the table is printed.
 */
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { serving } from '../driven-server.ts';
import { createSegmentClient } from '../index.ts';
import type { ErrorCode } from '../lookup.ts';
import { FAULTS, type Fault } from './faults.cases.ts';
import { type Host, startHost } from './host.ts';
import { type Figures, measure, type Outcome } from './load.ts';
import { failingEveryOther, http, mixed, wellAt } from './services.ts';

const { FAULT_CALLS } = process.env;
const isLong = FAULT_CALLS !== undefined;
const CALLS = Number(FAULT_CALLS ?? 60);
const HEALING_MS = 5_000;
const LATE_MS = 25;
const OF_A_BUSY_MACHINE: readonly ErrorCode[] = ['TIMEOUT', 'OVERLOADED', 'CIRCUIT_OPEN'];

let host: Host;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host[Symbol.asyncDispose]());

interface Row extends Figures {
  readonly says: string;
  readonly reachedPerCall: number;
}

function told({ says, calls, outcomes, ...row }: Row, healedMs: number | undefined): void {
  if (!isLong) return;
  const answers = Object.entries(outcomes)
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${outcome} ${Number(((100 * count) / calls).toFixed(2))} %`);
  const cells = [
    says,
    calls,
    ...[row.overMs, row.lateMs, row.lateP999Ms].map((ms) => ms.toFixed(1)),
    answers.join(', '),
    row.reachedPerCall.toFixed(3),
    healedMs === undefined ? '' : (healedMs / 1_000).toFixed(1),
  ];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

async function suffered({ says, reads = 'others', strain, start }: Fault): Promise<{ row: Row; url: string }> {
  await using service = await start();
  await host.connect(service.url, strain);
  try {
    const figures = await host.load(reads, CALLS);
    return { row: { says, ...figures, reachedPerCall: service.reached() / figures.calls }, url: service.url };
  } finally {
    await host.relieve();
  }
}

/** Milliseconds until a well service, in place of the other, is used. */
async function healed({ heals }: Fault, url: string): Promise<number | undefined> {
  if (heals === 'never' || (heals !== 'always' && !isLong)) return undefined;
  await using _well = await wellAt(url);
  return await host.healing(2 * HEALING_MS);
}

test.each(FAULTS)(
  '$says: in time, no rejection, no storm, and soon well again',
  {
    timeout: 300_000,
  },
  async (fault) => {
    const { row, url } = await suffered(fault);
    const healedMs = await healed(fault, url);
    told(row, healedMs);
    const { lateMs, outcomes, answered, reachedPerCall } = row;
    expect(lateMs).toBeLessThan(LATE_MS);
    expect(['server', 'cache', ...OF_A_BUSY_MACHINE, ...fault.codes]).toEqual(
      expect.arrayContaining(Object.keys(outcomes)),
    );
    if (fault.answered === undefined) expect(answered).toBe(0);
    else expect(answered).toBeGreaterThanOrEqual(isLong ? fault.answered : fault.answered / 2);
    expect(reachedPerCall).toBeLessThanOrEqual(fault.atMost ?? (fault.answered === undefined ? 1.1 : 2));
    expect(healedMs ?? 0).toBeLessThan(HEALING_MS);
  },
);

/** What ends a call is never the clock. */
const unhurried = { deadlineMs: 10_000, attemptTimeoutMs: 10_000, flightTimeoutMs: 10_000 };

async function fetched(url: string, id: string): Promise<Outcome> {
  const response = await fetch(`${url}/v1/customers/${id}/segments`);
  await response.text();
  return response.ok ? { ok: true, servedFrom: 'server' } : { ok: false, error: { code: `${response.status}` } };
}

test('where every other request fails, as much is answered as by a plain fetch', { timeout: 120_000 }, async () => {
  await using ours = await failingEveryOther();
  await using theirs = await failingEveryOther();
  // Several, so that reads of one turn travel alone as those of fetch do; what guards them is shared.
  const clients = Array.from({ length: 20 }, () => createSegmentClient({ baseUrl: ours.url, ...unhurried }));
  const ask = (id: string, call: number) => clients[call % clients.length]?.lookup(id) ?? fetched(ours.url, id);
  const [client, plain] = await Promise.all([
    measure({ calls: CALLS, read: (call) => ask(`customer-${call}`, call) }),
    measure({ calls: CALLS, read: (call) => fetched(theirs.url, `customer-${call}`) }),
  ]);
  await Promise.all(clients.map((each) => each.close()));
  if (isLong)
    process.stdout.write(`goodput at 50 %: ${client.answered} by the SDK, ${plain.answered} by plain fetch\n`);
  expect(client.answered).toBeGreaterThanOrEqual(plain.answered);
});

test('calls of all kinds with one signal that lives on leave nothing behind', { timeout: 300_000 }, async () => {
  await using service = await mixed();
  await host.connect(service.url);
  const { calls, grownBytes, listeners } = await host.kept(100 * CALLS);
  if (isLong) process.stdout.write(`${calls} calls: heap grown by ${grownBytes} bytes, ${listeners} listeners\n`);
  expect(grownBytes).toBeLessThan(5 * 1024 * 1024);
  expect(listeners).toBe(0);
});

test('a wall clock that jumps neither ages an answer nor makes it young', async () => {
  await using service = await http(serving())();
  await using client = createSegmentClient({ baseUrl: service.url, ...unhurried });
  await client.lookup('c1');
  onTestFinished(() => void vi.useRealTimers());
  for (const jumpMs of [86_400_000, -86_400_000]) {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + jumpMs });
    expect(client.peek('c1')).toMatchObject({ servedFrom: 'cache', ageMs: expect.closeTo(0, -4) });
  }
});
