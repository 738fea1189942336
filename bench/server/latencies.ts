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
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
  return { p50: at(0.5), p75: at(0.75), p99: at(0.99), p999: at(0.999), max: at(1) };
}
