/** Adds rate and remaining time to progress, once for all renderers. */
import type { Clock } from './clock.ts';
import type { ProgressEvent, Say } from './event.ts';

/** The rate is that of this long, so that it follows a store that slows down. */
const WINDOW_MS = 30_000;
/** A shorter time tells nothing. */
const LEAST_MS = 1_000;

export function measured(say: Say, clock: Clock): Say {
  let stage = '';
  let seen: { readonly at: number; readonly done: number }[] = [];
  const rate = ({ stage: current, done }: ProgressEvent): number | undefined => {
    if (current !== stage) seen = [];
    stage = current;
    const now = clock.now();
    // The last one outside the window is kept: the rate is over at least the window once there is so much.
    while ((seen[1]?.at ?? now) <= now - WINDOW_MS) seen.shift();
    const since = seen[0];
    if (now - (seen.at(-1)?.at ?? Number.NEGATIVE_INFINITY) >= LEAST_MS / 2) seen.push({ at: now, done });
    if (since === undefined || now - since.at < LEAST_MS) return undefined;
    return ((done - since.done) * 1000) / (now - since.at);
  };
  return (event) => {
    if (event.kind !== 'progress') return say(event);
    const perSecond = rate(event);
    if (perSecond === undefined) return say(event);
    const etaMs = perSecond > 0 ? Math.round(((event.total - event.done) / perSecond) * 1000) : undefined;
    say({ ...event, perSecond: Math.round(perSecond), ...(etaMs !== undefined && { etaMs }) });
  };
}
