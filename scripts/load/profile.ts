/** What servers are asked, as data: every tool asks the same. */

/** A piece of a load, at a constant rate. */
interface Phase {
  readonly name: string;
  /** Multiple of the rate that the profile is run at. */
  readonly times: number;
  /** Of the duration that it is run for. */
  readonly share: number;
}

/** Of all requests, from 0 to 1. */
export interface Mix {
  /** About customers nobody knows, each another. */
  readonly unknown: number;
  /** About one and the same customer. */
  readonly hot: number;
  /** With a key that asks more often than it may. */
  readonly abusive: number;
}

/** What befalls the servers. */
export type Happening = 'empty-caches' | 'publish';

export interface Profile {
  readonly summary: string;
  readonly phases: readonly Phase[];
  readonly mix: Mix;
  readonly happens?: Happening;
}

export const profileNames = [
  'steady',
  'ramp',
  'spike',
  'soak',
  'cold-cache',
  'publish',
  'hot-key',
  'unknown-ids',
  'abusive-key',
] as const;
export type ProfileName = (typeof profileNames)[number];

/** In any service a few are unknown; the others are asked for by Zipf. */
const USUAL: Mix = { unknown: 0.02, hot: 0, abusive: 0 };
const STEPS = 10;
/** The abusive key asks three times as often as everybody else together. */
const ABUSE = 3;

const whole = (name: string, times: number = 1): readonly Phase[] => [{ name, times, share: 1 }];

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  steady: { summary: 'one rate', phases: whole('steady'), mix: USUAL },
  ramp: {
    summary: `in ${STEPS} steps to twice the rate`,
    phases: Array.from({ length: STEPS }, (_, step) => ({
      name: `step-${step + 1}`,
      times: (2 * (step + 1)) / STEPS,
      share: 1 / STEPS,
    })),
    mix: USUAL,
  },
  spike: {
    summary: 'five times the rate for a fifth of the time',
    phases: [
      { name: 'before', times: 1, share: 0.4 },
      { name: 'spike', times: 5, share: 0.2 },
      { name: 'after', times: 1, share: 0.4 },
    ],
    mix: USUAL,
  },
  soak: {
    summary: 'one rate for long, a row a quarter: what creeps is seen',
    phases: [1, 2, 3, 4].map((quarter) => ({ name: `quarter-${quarter}`, times: 1, share: 0.25 })),
    mix: USUAL,
  },
  'cold-cache': {
    summary: 'memory of the server, its state and Redis are empty at the start',
    phases: [
      { name: 'first', times: 1, share: 0.2 },
      { name: 'later', times: 1, share: 0.8 },
    ],
    mix: USUAL,
    happens: 'empty-caches',
  },
  publish: {
    summary: 'a generation is calculated, loaded and published meanwhile',
    phases: [
      { name: 'before', times: 1, share: 0.2 },
      { name: 'publish', times: 1, share: 0.6 },
      { name: 'after', times: 1, share: 0.2 },
    ],
    mix: USUAL,
    happens: 'publish',
  },
  'hot-key': {
    summary: 'every fifth request is about one customer',
    phases: whole('hot'),
    mix: { ...USUAL, hot: 0.2 },
  },
  'unknown-ids': {
    summary: 'every other request is about somebody nobody knows',
    phases: whole('unknown'),
    mix: { ...USUAL, unknown: 0.5 },
  },
  'abusive-key': {
    summary: `beside the rate, a key asks ${ABUSE} times as much and may a third of it`,
    phases: whole('abuse', 1 + ABUSE),
    mix: { ...USUAL, abusive: ABUSE / (1 + ABUSE) },
  },
};
