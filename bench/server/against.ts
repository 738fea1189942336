/** A duel with somebody slower; then both at a rate that he can bear, so that a stall is in the percentiles. */
import { keepHistograms } from '../histograms.ts';
import { type Figures, type Row, withFigures } from '../ratio.ts';
import type { Asked } from './asked.ts';
import { type Duel, duel } from './duel.ts';
import type { Load } from './load.ts';
import type { Server } from './ours.ts';
import { scale } from './scale.ts';

/** So many that none is waited for, as long as the server answers. */
const CONNECTIONS = 128;

export async function against({ asked = {}, ...contest }: Duel): Promise<Row> {
  const { load, candidate, baseline, name } = contest;
  const row = await duel({ ...contest, asked: { requests: scale.slowRequests, ...asked } });
  const rate = { order: asked.order ?? 'zipf', perSecond: row.baseline / 2 } as const;
  const own = await at(load, candidate, rate);
  const its = await at(load, baseline, rate);
  keepHistograms(`${name}-at-half`, { ours: own.histogram, baseline: its.histogram });
  const figures: Figures = {
    halfPerSecond: rate.perSecond,
    p99AtHalf: own.latency.p99,
    baselineP99AtHalf: its.latency.p99,
    refusedAtHalf: own.refused,
  };
  return withFigures(row, { ...row.beside, ...figures });
}

type Rate = Required<Pick<Asked, 'order' | 'perSecond'>>;

function at(load: Load, { port, key, path }: Server, rate: Rate): ReturnType<Load['ask']> {
  const requests = Math.ceil(rate.perSecond * scale.seconds);
  return load.ask({ port, key, ...(path !== undefined && { path }), ...rate, requests, connections: CONNECTIONS });
}
