/** CPU of an answer that is not in memory, against the CPU of the bare client's call for the same. */
import { loadavg } from 'node:os';
import { median, type Row, ratio, withFigures } from '../ratio.ts';
import { ask } from './duel.ts';
import type { Load } from './load.ts';
import type { Ours } from './ours.ts';
import { customerId } from './population.ts';
import { CONNECTIONS, CUSTOMERS, scale } from './scale.ts';

export interface Misses {
  readonly name: string;
  readonly load: Load;
  /** Its cache is so small that no customer is in it when his turn comes again. */
  readonly ours: Ours;
  /** Customers a request. */
  readonly batch: number;
  /** The bare client's, in this process. Resolves to the segments found. */
  call(ids: readonly string[]): Promise<number>;
}

/** What a miss may cost besides: batching, single flight, limit, breaker, checks, encoding and the cache. */
const GOAL = 2;
const PER_CUSTOMER = 5;
/** Rounds before those that count. */
const WARM_UP = 1;
/** At once: with more of them the event loop is so late that the server refuses. */
const BATCHES = 4;

/** A hit pays for HTTP, admission and figures alike: what a miss costs is what it costs more. */
export async function missRow({ name, load, ours, batch, call }: Misses): Promise<Row> {
  const requests = Math.ceil(scale.requests / Math.sqrt(batch));
  const connections = batch === 1 ? CONNECTIONS : BATCHES;
  const [missed, hit]: [number[], number[]] = [[], []];
  const { slowRounds: rounds } = scale;
  const row = await ratio({
    name,
    unit: 'µs CPU',
    goal: GOAL,
    rounds,
    warmUp: WARM_UP,
    async candidate() {
      const miss = await ask(load, ours, { order: 'each', batch, requests, connections });
      const same = await ask(load, ours, { order: 'same', batch, requests, connections });
      missed.push(miss.cpuMicros);
      hit.push(same.cpuMicros);
      return miss.cpuMicros - same.cpuMicros;
    },
    baseline: () => cpuOf(call, { batch, requests, connections }),
  });
  const [wholeMicros, hitMicros] = [missed, hit].map((all) => median(all.slice(2 * WARM_UP)));
  const wholeRatio = (wholeMicros ?? Number.NaN) / row.baseline;
  const [machineLoad = Number.NaN] = loadavg();
  return withFigures(row, { wholeMicros: wholeMicros ?? 0, hitMicros: hitMicros ?? 0, wholeRatio, machineLoad });
}

let next = 0;

interface Calls {
  readonly batch: number;
  readonly requests: number;
  readonly connections: number;
}

/** Microseconds of this process for each call, as many at once as the server is asked. */
async function cpuOf(call: Misses['call'], { batch, requests, connections }: Calls): Promise<number> {
  const before = process.cpuUsage();
  let [left, found] = [requests, 0];
  const one = async () => {
    while (left-- > 0) {
      const segments = await call(Array.from({ length: batch }, () => customerId(next++ % CUSTOMERS)));
      found += segments;
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  const { user, system } = process.cpuUsage(before);
  if (found !== PER_CUSTOMER * batch * requests) throw new Error(`the bare client found ${found} segments`);
  return (user + system) / requests;
}
