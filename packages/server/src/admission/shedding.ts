/**
 * Refuses when the event loop has more to do than it can: the less important class first, and within a class whoever asks
 * for more than the average of it. A part of the requests, that grows while the load stays too high and shrinks after:
 * all or nothing would swing between an idle server and one that answers nobody.
 */
import type { Account } from './account.ts';
import { type CallerClass, callerClasses } from './admission.ts';
import type { LoopLoad } from './loop-load.ts';
import { busyLoop } from './refusals.ts';

interface Threshold {
  readonly utilisation: number;
  /** A loop that works all the time and is late for nothing serves everybody: no reason to refuse. */
  readonly withDelayMs: number;
  /** Reason enough for a loop that is not idle. */
  readonly delayMs: number;
}

const thresholds: Readonly<Record<CallerClass, Threshold>> = {
  'best-effort': { utilisation: 0.8, withDelayMs: 0, delayMs: 20 },
  normal: { utilisation: 0.9, withDelayMs: 20, delayMs: 40 },
  critical: { utilisation: 0.97, withDelayMs: 80, delayMs: Number.POSITIVE_INFINITY },
};

/** From nobody refused to everybody, and back. */
const RISE_MS = 400;
const FALL_MS = 2_000;
/** However long one look at the load took. */
const MOST_AT_ONCE = 0.25;

/** Fewer requests between two looks do not keep a loop busy: the server starts, or opens a generation. */
const FEW = 10;

export type Shares = Readonly<Record<CallerClass, number>>;

export class Shedding {
  readonly #shares: Record<CallerClass, number> = { critical: 0, normal: 0, 'best-effort': 0 };
  readonly #wasOver: Record<CallerClass, boolean> = { critical: false, normal: false, 'best-effort': false };
  /** Requests since the load was looked at last, and who sent them. */
  #asked = 0;
  #asking: Account[] = [];
  #takingMore: readonly Account[] = [];

  /** What of the requests of a class is refused now, 0 to 1. */
  get shares(): Shares {
    return this.#shares;
  }

  asked(account: Account): void {
    if (account.asked === 0) this.#asking.push(account);
    account.asked++;
    this.#asked++;
  }

  /** What is against this request, or undefined. */
  against(account: Account): typeof busyLoop | undefined {
    const share = this.#shares[account.class];
    if (share === 0) return undefined;
    account.due += account.takesMore ? Math.min(1, 2 * share) : Math.max(0, 2 * share - 1);
    if (account.due < 1) return undefined;
    account.due -= 1;
    return busyLoop;
  }

  update(load: LoopLoad): void {
    const isAsked = this.#asked >= FEW;
    this.#asked = 0;
    for (const name of callerClasses) {
      const isOver = isAsked && exceeds(load, thresholds[name]);
      // A single pause, of the garbage collector or the machine, is no overload.
      if (isOver && this.#wasOver[name]) this.#rise(name, load.overMs);
      if (!isOver) this.#shares[name] = Math.max(0, this.#shares[name] - load.overMs / FALL_MS);
      this.#wasOver[name] = isOver;
    }
    this.#compare();
  }

  #rise(name: CallerClass, overMs: number): void {
    this.#shares[name] = Math.min(1, this.#shares[name] + Math.min(MOST_AT_ONCE, overMs / RISE_MS));
  }

  #compare(): void {
    for (const account of this.#takingMore) account.takesMore = false;
    this.#takingMore = callerClasses.flatMap((name) => thoseAboveAverage(this.#asking, name));
    for (const account of this.#takingMore) account.takesMore = true;
    for (const account of this.#asking) account.asked = 0;
    this.#asking = [];
  }
}

/** One that asks alone is its class's average. */
function thoseAboveAverage(asking: readonly Account[], name: CallerClass): readonly Account[] {
  const ofClass = asking.filter((account) => account.class === name);
  const average = ofClass.reduce((sum, { asked }) => sum + asked, 0) / ofClass.length;
  return ofClass.filter(({ asked }) => asked >= average);
}

/** Below it is the machine that is late, or that takes the processor away: refusing would help nobody. */
const OWN_WORK = 0.5;

function exceeds({ utilisation, delayMs }: LoopLoad, threshold: Threshold): boolean {
  if (delayMs >= threshold.delayMs && utilisation >= OWN_WORK) return true;
  return utilisation >= threshold.utilisation && delayMs >= threshold.withDelayMs;
}
