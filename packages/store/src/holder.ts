/** Who holds a lease, and whether whoever holds it is still alive. */
import { hostname } from 'node:os';
import { systemTime } from '@segment-store/resilience/time';
import { refusal } from './refusal.ts';

/** A lease not renewed before `until` is over. */
export interface Holder {
  /** A job; a process may have several. */
  readonly owner: string;
  readonly pid: number;
  readonly host: string;
  readonly until: string;
  /** How long one renewal lasts: whoever waits measures it by a clock of its own. */
  readonly leaseMs: number;
}

/** False: the holder is known to be dead, so its lease need not be waited out. */
export type Lives = (holder: Holder) => boolean;

export function holderOf(owner: string, leaseMs: number): Holder {
  return { owner, pid: process.pid, host: hostname(), until: new Date(Date.now() + leaseMs).toISOString(), leaseMs };
}

export function holds(holder: Holder | undefined, lives: Lives): holder is Holder {
  return holder !== undefined && lives(holder) && Date.parse(holder.until) > Date.now();
}

/** Looks at leases again and again: one whose holder's clock is wrong ends, too, once it was not renewed for its length. */
export class Watch {
  readonly #lives: Lives;
  readonly #seen = new Map<string, { readonly term: string; readonly deadAt: number }>();

  constructor(lives: Lives) {
    this.#lives = lives;
  }

  /** `place` names the lease. */
  isHeld(place: string, holder: Holder | undefined): holder is Holder {
    if (!holds(holder, this.#lives)) return false;
    const term = `${holder.owner} ${holder.until}`;
    const seen = this.#seen.get(place);
    if (seen?.term === term) return systemTime.now() < seen.deadAt;
    this.#seen.set(place, { term, deadAt: systemTime.now() + holder.leaseMs });
    return true;
  }
}

export function held(what: string, holder: Holder | undefined): Error {
  const who = holder === undefined ? 'another job' : `process ${holder.pid} on ${holder.host}`;
  return refusal('HELD', `${what} is held by ${who}: wait until it ends, or stop it`);
}
