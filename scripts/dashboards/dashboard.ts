import type { Query } from './query.ts';

/** `state`: 0 well, 1 in between, 2 bad. */
export type Unit = 'per second' | 'seconds' | 'share' | 'bytes' | 'count' | 'state';

export interface Line {
  readonly query: Query;
  /** `{{label}}` stands for the value of a label. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** What to make of it, for whoever sees it at night. */
  readonly means: string;
  /** `figure`: the latest value, large. */
  readonly kind: 'lines' | 'figure';
  readonly unit: Unit;
  readonly lines: readonly Line[];
  /** From here on it is bad; below it when `badBelow`. */
  readonly bad?: number;
  readonly badBelow?: number;
}

export interface Row {
  readonly title: string;
  /** Side by side. */
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  /** Alerts link to `/d/<uid>`. */
  readonly uid: string;
  readonly title: string;
  readonly means: string;
  readonly rows: readonly Row[];
}
