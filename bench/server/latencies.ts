import { percentileOfSorted } from '../percentile.ts';

/** How long answers took, in milliseconds. */
export interface Latencies {
  readonly p50: number;
  readonly p75: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export function latenciesOf(milliseconds: Float64Array): Latencies {
  const sorted = milliseconds.toSorted();
  const at = (part: number) => percentileOfSorted(sorted, part);
  return { p50: at(0.5), p75: at(0.75), p99: at(0.99), p999: at(0.999), max: at(1) };
}

/** How many answers took longer than the bucket before and at most so many milliseconds; in order, no empty ones. */
export type Histogram = readonly (readonly [upToMs: number, answers: number])[];

/** Each bucket ends so much behind the one before. */
const WIDTH = 1.02;

export function histogramOf(milliseconds: Float64Array): Histogram {
  const counts = new Map<number, number>();
  for (const one of milliseconds) {
    const bucket = Math.ceil(Math.log(one) / Math.log(WIDTH));
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  return inOrder([...counts].map(([bucket, count]) => [Number((WIDTH ** bucket).toPrecision(5)), count]));
}

export function merged(histograms: readonly Histogram[]): Histogram {
  const counts = new Map<number, number>();
  for (const [upTo, count] of histograms.flat()) counts.set(upTo, (counts.get(upTo) ?? 0) + count);
  return inOrder([...counts]);
}

const inOrder = (buckets: readonly (readonly [number, number])[]): Histogram => buckets.toSorted(([a], [b]) => a - b);
