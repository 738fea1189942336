/** Who asks during the day, and how often. */
import type { CallerKey } from '../keys.ts';

/** `bare`: the day's baseline, asks a bare `node:http` beside ours and nothing else. */
export const callers = ['critical', 'normal', 'best-effort', 'abusive', 'bare'] as const;
export type Caller = (typeof callers)[number];

/** Requests a second. */
export type Rates = Readonly<Record<Caller, number>>;

/** Together what two servers, their stores and whoever asks can bear on two cores, five times of it included. */
export const ordinary: Rates = { critical: 200, normal: 200, 'best-effort': 100, abusive: 0, bare: 100 };

export const spike: Rates = { ...ordinary, critical: 1_000, normal: 1_000, 'best-effort': 500 };

/** Fifteen times what its key allows at one server. */
export const abuse: Rates = { ...ordinary, abusive: 3_000 };

/** Rates that the other three keep, and the one that is not kept. */
export const keysOf: Readonly<Record<Exclude<Caller, 'bare'>, CallerKey>> = {
  critical: { name: 'checkout', class: 'critical', rate: 5_000 },
  normal: { name: 'feed', class: 'normal', rate: 5_000 },
  'best-effort': { name: 'prefetch', class: 'best-effort', rate: 5_000 },
  abusive: { name: 'abusive', class: 'normal', rate: 200 },
};

/** How long whoever asks waits, from when it was due to ask: `X-Request-Timeout-Ms`. */
export const DEADLINE_MS = 1_000;
