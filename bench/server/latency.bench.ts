/**
 * How long answers take at a constant rate, counted from when they were due, beside bare `node:http` at the same rate. Who
 * measures is checked first against a server whose delays are known.
 */
import { loadavg } from 'node:os';
import { keepHistograms } from '../histograms.ts';
import { type Figures, median, ratio, toRow, withFigures } from '../ratio.ts';
import { attempt, report } from '../report.ts';
import { checkAlike, keepAnswers } from './answers.ts';
import { openArena } from './arena.ts';
import type { Answered } from './asked.ts';
import { DELAY_MS, STALL, startBare } from './bare.ts';
import { ask } from './duel.ts';
import { type Histogram, type Latencies, merged } from './latencies.ts';
import { type Server, startOurs } from './ours.ts';
import { scale } from './scale.ts';

/** So many that none is waited for, as long as the server answers. */
const CONNECTIONS = 128;
/** Of the service this one takes the place of, at its peak. */
const ORIGIN = { perSecond: 8_600, p75: 1.23, p99: 12.05 };

await using arena = await openArena();
const { root, store, load } = arena;

interface Measured extends Answered {
  readonly cpuMicros: number;
  /** Part of the requests: they are in no percentile. */
  readonly refusedPart: number;
}

async function at(perSecond: number, server: Server, seconds: number = scale.seconds): Promise<Measured> {
  const requests = Math.ceil(perSecond * seconds);
  const { port, key } = server;
  const before = server.cpuSeconds();
  const answered = await load.ask({ port, key, order: 'zipf', connections: CONNECTIONS, requests, perSecond });
  const cpuMicros = ((server.cpuSeconds() - before) * 1e6) / requests;
  return { ...answered, cpuMicros, refusedPart: answered.refused / requests };
}

await attempt('load-vs-known-latency', async () => {
  using delayed = await startBare('delayed', '');
  const { latency, lag } = await at(200, delayed, 2 * (STALL.everyMs / 1000) + 0.001);
  // Of the requests of one period, those due in the stall wait for its end: the last hundredth of all waits longest.
  const expected = DELAY_MS + STALL.ms - STALL.everyMs / 100;
  const row = { name: 'load-vs-known-latency', unit: 'ms p99', goal: 1.1 };
  const measured = toRow(row, { value: latency.p99, baseline: expected, ratio: latency.p99 / expected });
  report(withFigures(measured, { p50: latency.p50, expectedP50: DELAY_MS, ...lagOf(lag), ...machine() }));
});

await using ours = await startOurs({ root, store, flags: ['--cache-mb', '256'] });
const answers = await keepAnswers(ours, root);
using http = await startBare('node-http', answers);
await checkAlike(ours, http);
const rates: number[] = [];
for (let block = 0; block < 2 * scale.warmUp + 3; block += 1) rates.push((await ask(load, ours)).perSecond);
const most = median(rates.slice(2 * scale.warmUp));

for (const percent of [25, 50, 75, 90]) {
  await attempt(`p99-at-${percent}-vs-node-http`, async () => {
    const [own, its]: [Measured[], Measured[]] = [[], []];
    const p99 = (server: Server, into: Measured[]) => async () => {
      const measured = await at((most * percent) / 100, server);
      into.push(measured);
      return measured.latency.p99;
    };
    const row = await ratio({
      name: `p99-at-${percent}-vs-node-http`,
      unit: 'ms',
      goal: 1.3,
      rounds: scale.slowRounds,
      warmUp: 0,
      candidate: p99(ours, own),
      baseline: p99(http, its),
    });
    keepHistograms(row.name, { ours: histogramOf(own), 'node:http': histogramOf(its) });
    const rate = { perSecond: (most * percent) / 100, most };
    report(withFigures(row, { ...rate, ...figures('ours', own), ...figures('bare', its), ...machine() }));
  });
}

await attempt('p99-at-8600-vs-origin', async () => {
  const measured: Measured[] = [];
  for (let round = 0; round < 2 * scale.slowRounds; round += 1) measured.push(await at(ORIGIN.perSecond, ours));
  const p99 = median(measured.map(({ latency }) => latency.p99));
  keepHistograms('p99-at-8600-vs-origin', { ours: histogramOf(measured) });
  const row = { name: 'p99-at-8600-vs-origin', unit: 'ms', goal: 1 };
  const beside = { ...figures('ours', measured), originP75: ORIGIN.p75, most, ...machine() };
  report(withFigures(toRow(row, { value: p99, baseline: ORIGIN.p99, ratio: p99 / ORIGIN.p99 }), beside));
});

function histogramOf(all: readonly Measured[]): Histogram {
  return merged(all.map(({ histogram }) => histogram));
}

/** Medians over the blocks. */
function figures(whose: string, all: readonly Measured[]): Figures {
  const of = (figure: (one: Measured) => number) => median(all.map(figure));
  const names: readonly (keyof Latencies)[] = ['p50', 'p75', 'p99', 'p999'];
  const latencies = names.map((name) => [`${whose} ${name}`, of(({ latency }) => latency[name])]);
  return {
    ...Object.fromEntries(latencies),
    [`${whose} cpuMicros`]: of(({ cpuMicros }) => cpuMicros),
    [`${whose} refused`]: of(({ refusedPart }) => refusedPart),
    [`${whose} lag p99`]: of(({ lag }) => lag?.p99 ?? Number.NaN),
  };
}

function lagOf(lag: Latencies | undefined): Figures {
  return { lagP50: lag?.p50 ?? Number.NaN, lagP99: lag?.p99 ?? Number.NaN };
}

function machine(): Figures {
  return { machineLoad: loadavg()[0] ?? Number.NaN };
}
