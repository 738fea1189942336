/** What the measured run asks of a stack, one load after the other: nine profiles by both tools, then what only vegeta can. */
import type { ProfileName } from '../load/profile.ts';

export interface Run {
  /** Of its results in `.data/load`. */
  readonly name: string;
  readonly profile: ProfileName;
  readonly with: 'both' | 'vegeta';
  /** Multiple of the rate that all are run at. */
  readonly times: number;
  readonly seconds: number;
  readonly latencyMs: number;
}

type Rest = Partial<Omit<Run, 'name' | 'profile'>>;
/** The shortest in which each phase has its hundred requests. */
const SECONDS = 10;

const run = (name: string, profile: ProfileName, rest: Rest = {}): Run => ({
  ...{ name, profile, with: 'both', times: 1, seconds: SECONDS, latencyMs: 0 },
  ...rest,
});

export const RUNS: readonly Run[] = [
  run('agreement', 'steady', { seconds: 30, latencyMs: 20 }),
  run('ramp', 'ramp', { seconds: 25 }),
  run('spike', 'spike'),
  run('soak', 'soak'),
  run('cold-cache', 'cold-cache'),
  run('publish', 'publish', { seconds: 40 }),
  run('hot-key', 'hot-key'),
  run('unknown-ids', 'unknown-ids'),
  run('abusive-key', 'abusive-key'),
  run('busy', 'steady', { with: 'vegeta', times: 10, seconds: 15 }),
  run('busy-unknown', 'unknown-ids', { with: 'vegeta', times: 5, seconds: 15 }),
  run('capacity', 'ramp', { with: 'vegeta', times: 20, seconds: 20 }),
];
