/** Latencies from when a request was due: one that a busy tool sends late has been waiting all the same. */
import type { Sample } from './sample.ts';

export interface Felt extends Sample {
  /** How much later than due it was sent: the tool's own fault. */
  readonly lagMs: number;
  /** From when it was due. */
  readonly latencyMs: number;
}

/** Of a phase, in how many requests the tool may seem early: where its clock has whole milliseconds, single ones do. */
const EARLY = 0.01;

/**
 * Of one phase, in order of sending, so many a second. Tools do not tell when they began to count: the phase began so
 * that what was least late was not late at all. A tool that was late all the time is seen by its achieved rate.
 */
export function corrected(samples: readonly Sample[], perSecond: number): readonly Felt[] {
  const gapMs = 1_000 / perSecond;
  const beginnings = samples.map(({ sentAtMs }, index) => sentAtMs - index * gapMs).sort((one, other) => one - other);
  const beganAtMs = beginnings[Math.floor(samples.length * EARLY)] ?? 0;
  return samples.map((sample, index) => {
    const lagMs = Math.max(0, sample.sentAtMs - (beganAtMs + index * gapMs));
    return { ...sample, lagMs, latencyMs: lagMs + sample.tookMs };
  });
}
