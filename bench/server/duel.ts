/** Two servers asked as much as they can answer, in turn. */
import { loadavg } from 'node:os';
import { keepHistograms } from '../histograms.ts';
import { type Contest, type Figures, median, type Row, ratio, withFigures } from '../ratio.ts';
import type { Asked } from './asked.ts';
import { type Histogram, merged } from './latencies.ts';
import type { Load } from './load.ts';
import type { Server } from './ours.ts';
import { CONNECTIONS, scale } from './scale.ts';

export interface Duel extends Pick<Contest, 'name' | 'unit' | 'goal' | 'better'> {
  readonly load: Load;
  readonly candidate: Server;
  readonly baseline: Server;
  /** What a round measures of a server. */
  readonly figure: (block: Block) => number;
  readonly asked?: Partial<Pick<Asked, 'order' | 'batch' | 'requests' | 'connections'>>;
}

/** Of one server, while it was asked. */
export interface Block {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly p99: number;
  readonly histogram: Histogram;
  /** Part of the requests that were refused. */
  readonly refused: number;
}

/** Beside the ratio: rate, CPU a request and p99 of both, and the ratio of what they could do with the same CPU. */
export async function duel({ load, candidate, baseline, figure, asked = {}, ...contest }: Duel): Promise<Row> {
  const [own, its]: [Block[], Block[]] = [[], []];
  const block = (server: Server, into: Block[]) => async () => {
    const measured = await ask(load, server, asked);
    into.push(measured);
    return figure(measured);
  };
  const { rounds, warmUp } = scale;
  const row = await ratio({
    ...contest,
    rounds,
    warmUp,
    candidate: block(candidate, own),
    baseline: block(baseline, its),
  });
  const [counted = [], compared = []] = [own, its].map((all) => all.slice(2 * warmUp));
  keepHistograms(row.name, { ours: histogramOf(counted), baseline: histogramOf(compared) });
  return withFigures(row, besides(counted, compared));
}

export async function ask(load: Load, server: Server, asked: Duel['asked'] = {}): Promise<Block> {
  const before = server.cpuSeconds();
  const { port, key, path } = server;
  const { requests } = scale;
  const whom = { port, key, ...(path !== undefined && { path }) };
  const all = { ...whom, connections: CONNECTIONS, requests, order: 'zipf' as const, ...asked };
  const { seconds, latency, histogram, refused } = await load.ask(all);
  const cpuMicros = ((server.cpuSeconds() - before) * 1e6) / all.requests;
  return {
    perSecond: all.requests / seconds,
    cpuMicros,
    p99: latency.p99,
    histogram,
    refused: refused / (all.requests + refused),
  };
}

const histogramOf = (blocks: readonly Block[]): Histogram => merged(blocks.map(({ histogram }) => histogram));

function besides(own: readonly Block[], its: readonly Block[]): Figures {
  const of = (blocks: readonly Block[], figure: Exclude<keyof Block, 'histogram'>) =>
    median(blocks.map((block) => block[figure]));
  const [cpuMicros, baselineCpuMicros] = [of(own, 'cpuMicros'), of(its, 'cpuMicros')];
  const [machineLoad = Number.NaN] = loadavg();
  return {
    perSecond: of(own, 'perSecond'),
    baselinePerSecond: of(its, 'perSecond'),
    cpuMicros,
    baselineCpuMicros,
    cpuRatio: baselineCpuMicros / cpuMicros,
    p99Ms: of(own, 'p99'),
    baselineP99Ms: of(its, 'p99'),
    refused: of(own, 'refused'),
    machineLoad,
  };
}
