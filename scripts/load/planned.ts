/** A profile at a rate and for a duration: how many requests, how fast, one phase after the other. */
import type { Profile } from './profile.ts';

interface Pace {
  readonly perSecond: number;
  readonly durationMs: number;
}

export interface Planned {
  readonly name: string;
  readonly perSecond: number;
  readonly requests: number;
  /** The lead-in does not: a tool's own first seconds are not the servers'. */
  readonly counts: boolean;
}

/** About one stranger, so that it fills no cache. */
const LEAD_IN = { name: 'lead-in', seconds: 5, mostPerSecond: 50 };

export function planned({ phases }: Profile, { perSecond, durationMs }: Pace): readonly Planned[] {
  const leadIn = Math.min(perSecond, LEAD_IN.mostPerSecond);
  return [
    { name: LEAD_IN.name, perSecond: leadIn, requests: leadIn * LEAD_IN.seconds, counts: false },
    ...phases.map(({ name, times, share }) => {
      const rate = Math.max(1, Math.round(perSecond * times));
      return { name, perSecond: rate, requests: Math.floor((rate * share * durationMs) / 1_000), counts: true };
    }),
  ];
}

export const secondsOf = (phases: readonly Planned[]): number =>
  phases.reduce((sum, { requests, perSecond }) => sum + requests / perSecond, 0);

export const requestsOf = (phases: readonly Planned[]): number =>
  phases.reduce((sum, { requests }) => sum + requests, 0);
