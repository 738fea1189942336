/** Which generations may go. */
import type { RunId } from '@segment-store/contract/id';
import type { Generation, Pruned, Retention } from './store.ts';

/** What retention knows of a generation. */
export interface Aged {
  readonly run: RunId;
  readonly state: Generation['state'];
  /** Of its last publication; 0: never published. */
  readonly epoch: number;
  /** When it was retired or withdrawn; of a build that was never published, when its last lease ends. */
  readonly idleSince: Date;
  /** A removal was begun. */
  readonly removing: boolean;
}

/** @throws RangeError naming the option and its value */
export function resolveRetention({ keep = 2, youngerThanMs = 24 * HOUR_MS }: Retention): Required<Retention> {
  if (!Number.isInteger(keep) || keep < 0) throw new RangeError(`keep ${keep}: a whole number from 0`);
  if (!(youngerThanMs >= 0)) throw new RangeError(`youngerThanMs ${youngerThanMs}: milliseconds, not below 0`);
  return Object.freeze({ keep, youngerThanMs });
}

const HOUR_MS = 3_600_000;

/**
 * Oldest first. Never the live one, one whose lease lasts, or the one that a roll back would bring back, which may be
 * older than withdrawn ones that are kept.
 */
export function expired(
  generations: readonly Aged[],
  { keep, youngerThanMs }: Required<Retention>,
  now: Date,
): readonly Pruned[] {
  const former = generations.filter((one) => isFormer(one) && !one.removing).sort((a, b) => b.epoch - a.epoch);
  const kept = new Set(former.slice(0, keep));
  const back = former.find(({ state }) => state === 'retired');
  return generations
    .filter(({ state }) => state !== 'live')
    .filter((one) => one.removing || (one !== back && !kept.has(one) && isOlder(one, now, youngerThanMs)))
    .sort((a, b) => a.idleSince.getTime() - b.idleSince.getTime())
    .map((one) => ({ run: one.run, why: reasonOf(one, keep) }));
}

const isFormer = ({ state }: Aged): boolean => state === 'retired' || state === 'withdrawn';

const isOlder = ({ idleSince }: Aged, now: Date, ms: number): boolean => now.getTime() - idleSince.getTime() >= ms;

function reasonOf(one: Aged, keep: number): string {
  const since = one.idleSince.toISOString();
  if (one.removing) return 'its removal was cut off';
  if (isFormer(one)) return `${one.state} at ${since}, not among the ${keep} live last`;
  return `${one.state} and never published, nobody at work on it since ${since}`;
}
