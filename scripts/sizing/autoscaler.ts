/** Bounds of the shipped autoscaler beside those of an example. */
import { markdown } from './places.ts';

export interface Bounds {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** Requests a second and pod. */
  readonly perPod: number;
}

/** Of `autoscaler.yaml`. @throws Error where it has none of one */
export function shippedBounds(yaml: string): Bounds {
  const found = (name: string, pattern: RegExp): number => {
    const value = pattern.exec(yaml)?.[1];
    if (value === undefined) throw new Error(`autoscaler.yaml has no ${name}`);
    return Number(value);
  };
  return {
    minReplicas: found('minReplicas', /^ *minReplicas: (\d+)$/m),
    maxReplicas: found('maxReplicas', /^ *maxReplicas: (\d+)$/m),
    perPod: found('segment_requests_per_second', /segment_requests_per_second[^"]*averageValue: "(\d+)"/),
  };
}

/** `needed`: rounded as a sheet shows it. */
export function boundsTable(shipped: Bounds, needed: Readonly<Record<keyof Bounds, string>>): string {
  const row = (name: string, key: keyof Bounds) => [`\`${name}\``, `${shipped[key]}`, needed[key]];
  return markdown(
    ['bound', 'as shipped', 'for the example'],
    [
      row('minReplicas', 'minReplicas'),
      row('maxReplicas', 'maxReplicas'),
      row('segment_requests_per_second', 'perPod'),
      ['requests a second at most', `${shipped.maxReplicas * shipped.perPod}`, ''],
    ],
  );
}
