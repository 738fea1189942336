/** `part`: 0.99 for the 99th percentile, 1 for the worst. NaN of nothing. */
export function percentile(values: readonly number[], part: number): number {
  return percentileOfSorted(
    values.toSorted((a, b) => a - b),
    part,
  );
}

/** The same of values in ascending order. */
export const percentileOfSorted = (values: ArrayLike<number>, part: number): number =>
  values[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN;
