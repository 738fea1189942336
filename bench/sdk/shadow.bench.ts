/**
 * What a shadow costs: a hit, a miss while the candidate never answers, and the CPU of copying as much as it may by
 * default, which is to be at most 1 % of a core.
 */
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createSegmentClient, type SegmentClient } from '@segment-store/sdk';
import { withShadow } from '@segment-store/sdk/shadow';
import { percentile } from '../percentile.ts';
import { median, ratio, toRow, withFigures } from '../ratio.ts';
import { report } from '../report.ts';
import { startService } from './service.ts';
import { cpuNanoseconds, warm } from './warm.ts';

const unhurried = { deadlineMs: 10_000, attemptTimeoutMs: 10_000, flightTimeoutMs: 10_000 };
let customers = 0;

using service = await startService();
report(await hits(), await misses(), await copying());

async function hits() {
  const { client, asked } = await warm();
  const shadowed = withShadow(client, { baseUrl: service.url });
  const cpuOf = async ({ lookup }: Pick<SegmentClient, 'lookup'>) => {
    const started = process.cpuUsage();
    let found = 0;
    for (const id of asked) found += (await lookup(id)).segmentIds.length;
    return found === 5 * asked.length ? cpuNanoseconds(started, asked.length) : Number.NaN;
  };
  const row = await ratio({
    name: 'shadowed-hit-vs-lookup-hit',
    unit: 'ns CPU',
    goal: 1.1,
    rounds: 15,
    candidate: () => cpuOf(shadowed),
    baseline: () => cpuOf(client),
  });
  await shadowed.close();
  return row;
}

async function misses() {
  const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const address = silent.address();
  const baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const alone = createSegmentClient({ baseUrl: service.url, ...unhurried });
  const shadowed = withShadow(createSegmentClient({ baseUrl: service.url, ...unhurried }), { baseUrl, share: 1 });
  const taken = { alone: [] as number[], shadowed: [] as number[] };
  const timeOf = async ({ lookup }: Pick<SegmentClient, 'lookup'>, all: number[]) => {
    const latencies: number[] = [];
    for (let miss = 0; miss < 500; miss += 1) latencies.push(await latency(lookup));
    all.push(...latencies);
    return median(latencies) * 1_000;
  };
  const row = await ratio({
    name: 'shadowed-miss-vs-miss-blackhole',
    unit: 'µs',
    goal: 1.05,
    rounds: 15,
    candidate: () => timeOf(shadowed, taken.shadowed),
    baseline: () => timeOf(alone, taken.alone),
  });
  await Promise.all([shadowed.close(), alone.close()]);
  silent.close();
  const p99 = (all: readonly number[]) => percentile(all, 0.99) * 1_000;
  return withFigures(row, { 'p99 µs': p99(taken.shadowed), 'p99 µs without': p99(taken.alone) });
}

async function latency(lookup: SegmentClient['lookup']): Promise<number> {
  customers += 1;
  const started = performance.now();
  const { ok } = await lookup(`customer-${customers}`);
  return ok ? performance.now() - started : Number.NaN;
}

/** 200 lookups a second for 5 s each, all to be copied; more than 50 copies a second are dropped. */
async function copying() {
  const options = { baseUrl: service.url, ...unhurried };
  const shadowed = withShadow(createSegmentClient(options), { baseUrl: service.url, share: 1 });
  const alone = createSegmentClient(options);
  const cpuOf = async ({ lookup }: Pick<SegmentClient, 'lookup'>) => {
    const [started, from] = [process.cpuUsage(), performance.now()];
    for (let tick = 0; tick < 250; tick += 1) {
      for (let call = 0; call < 4; call += 1) void latency(lookup);
      await pause(20);
    }
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 10 / (performance.now() - from); // % of a core
  };
  const extra: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const [one, two, three, four] = [
      await cpuOf(shadowed),
      await cpuOf(alone),
      await cpuOf(alone),
      await cpuOf(shadowed),
    ];
    extra.push((one + four - two - three) / 2);
  }
  const { match, dropped } = shadowed.shadow();
  await Promise.all([shadowed.close(), alone.close()]);
  const value = median(extra);
  const row = toRow(
    { name: 'shadow-cpu-vs-one-percent', unit: '% of a core', goal: 1 },
    { value, baseline: 1, ratio: value },
  );
  return withFigures(row, { compared: match, dropped });
}
