/** How large and how many the bulks of a build are: climbs while throughput rises, falls when the store refuses. */
import type { Time } from '@segment-store/resilience/time';

/** About 1 MB of body, two at once, was the fastest for lines of 100 bytes. */
const START = { bytes: 1_000_000, inFlight: 2 } as const;
/** A setting is judged after this many bulks and this long, whichever is later. */
const JUDGED = { bulks: 20, ms: 2_000 } as const;
/** Less is noise. */
const WORTH_IT = 1.05;
/** At first in strides, while each pays well: a load of minutes must not spend them on finding its pace. */
const STRIDE = { factor: 2, worthIt: 1.1, judged: { bulks: 8, ms: 400 } } as const;
/** Once no step helps, the pace is left alone for this long before it is tried again, and twice as long each time. */
const REST_MS = { first: 10_000, longest: 80_000 } as const;
const BUSY_FACTOR = 0.7;
const TOO_LARGE_FACTOR = 0.5;

export interface PaceCaps {
  readonly bytes: number;
  readonly inFlight: number;
}

/** What a bulk was when it left. */
export interface Sent {
  readonly bytes: number;
  /** By the clock of the pace. */
  readonly at: number;
  /** Lines were left waiting: it was the pace that kept this bulk from being larger or from having company. */
  readonly isFull: boolean;
}

type Setting = PaceCaps;

/** What was seen of one setting. Bulks that left before `enteredAt` left at another one. */
interface Window {
  readonly enteredAt: number;
  since: number | undefined;
  bytes: number;
  bulks: number;
  full: number;
}

const newWindow = (enteredAt: number): Window => ({ enteredAt, since: undefined, bytes: 0, bulks: 0, full: 0 });

/** Wide enough to be worth it. Larger and more first: the start is small, because memory is spent on it. */
const STEP = 1.5;
const steps: readonly ((from: Setting) => Setting)[] = [
  ({ bytes, inFlight }) => ({ bytes: bytes * STEP, inFlight }),
  ({ bytes, inFlight }) => ({ bytes, inFlight: Math.ceil(inFlight * STEP) }),
  ({ bytes, inFlight }) => ({ bytes: bytes / STEP, inFlight }),
  ({ bytes, inFlight }) => ({ bytes, inFlight: Math.floor(inFlight / STEP) }),
];

/** `striding`: whether twice the size is faster by far than `before`. `measuring`: how fast the setting is. `trying`: whether a step from `before`, that had `rate`, is faster. */
type State =
  | { readonly kind: 'striding'; readonly before: Setting; readonly rate: number }
  | { readonly kind: 'measuring'; readonly failed: number }
  | { readonly kind: 'trying'; readonly before: Setting; readonly rate: number; readonly failed: number }
  | { readonly kind: 'resting'; readonly until: number };

/**
 * One for all parts of a build. Every request tells it how it ended: `stored`, `busy` (429, 503, no answer in time:
 * fewer at once, then smaller), `tooLarge` (413, circuit breaker: smaller, for good). Never over the caps.
 */
export class BulkPace {
  readonly #time: Time;
  #caps: Setting;
  #setting: Setting;
  #state: State;
  #step = 0;
  #restMs: number = REST_MS.first;
  #window: Window = newWindow(0);
  #fellAt = Number.NEGATIVE_INFINITY;

  constructor(caps: PaceCaps, time: Time) {
    this.#time = time;
    this.#caps = caps;
    this.#setting = within(START, caps);
    this.#state = { kind: 'striding', before: this.#setting, rate: 0 };
    this.#measureAnew();
  }

  /** Of one bulk's body; a longer line travels alone. */
  get bytes(): number {
    return this.#setting.bytes;
  }

  get inFlight(): number {
    return this.#setting.inFlight;
  }

  /** A cap that is known only once the store was asked. */
  accepts(bytes: number): void {
    this.#caps = { ...this.#caps, bytes: Math.min(this.#caps.bytes, bytes) };
    this.#setting = within(this.#setting, this.#caps);
  }

  now(): number {
    return this.#time.now();
  }

  stored({ bytes, at, isFull }: Sent): void {
    if (this.#state.kind === 'resting') this.#wake(this.#state.until);
    const seen = this.#window;
    if (at < seen.enteredAt) return;
    const now = this.#time.now();
    // From the first answer on: until then nothing could arrive, the longer the larger the bulks are.
    if (seen.since === undefined) {
      seen.since = now;
      return;
    }
    seen.bytes += bytes;
    seen.bulks += 1;
    if (isFull) seen.full += 1;
    const ms = now - seen.since;
    const judged = this.#state.kind === 'striding' ? STRIDE.judged : JUDGED;
    if (seen.bulks < judged.bulks || ms < judged.ms) return;
    // A source that does not fill a setting does not show what it is worth, and has no use for a larger one.
    if (seen.full < seen.bulks / 2) this.#judge(0);
    else this.#judge(seen.bytes / ms);
  }

  /** Of several bulks that were under way together only the first counts. One alone that is too many is too large. */
  busy({ at, bytes }: Sent): void {
    if (at < this.#fellAt) return;
    if (this.inFlight > 1) this.#fall({ bytes: this.bytes, inFlight: Math.floor(this.inFlight * BUSY_FACTOR) });
    else this.#fall({ bytes: Math.min(this.bytes, bytes * TOO_LARGE_FACTOR), inFlight: 1 });
  }

  tooLarge({ bytes }: Sent): void {
    const most = Math.max(1, Math.floor(bytes * TOO_LARGE_FACTOR));
    this.#caps = { ...this.#caps, bytes: Math.min(this.#caps.bytes, most) };
    this.#fall(this.#setting);
  }

  #judge(rate: number): void {
    const state = this.#state;
    if (state.kind === 'trying' && rate < state.rate * WORTH_IT) this.#undo(state);
    else if (state.kind === 'resting' || rate === 0) this.#measureAnew();
    else if (state.kind === 'striding') this.#stride(rate, state);
    else if (state.kind === 'measuring') this.#try(rate, state.failed);
    else {
      this.#restMs = REST_MS.first;
      this.#try(rate, 0);
    }
  }

  #stride(rate: number, { before, rate: rateBefore }: Extract<State, { kind: 'striding' }>): void {
    const now = this.#setting;
    const next = within({ ...now, bytes: now.bytes * STRIDE.factor }, this.#caps);
    const pays = rate >= rateBefore * STRIDE.worthIt;
    this.#setting = pays ? next : before;
    if (pays && next.bytes > now.bytes) this.#enter({ kind: 'striding', before: now, rate });
    else this.#enter({ kind: 'measuring', failed: 0 });
  }

  /** Measured anew after it: a store that merges is slower than it was two steps ago. */
  #undo({ before, failed }: Extract<State, { kind: 'trying' }>): void {
    this.#setting = before;
    this.#step = (this.#step + 1) % steps.length;
    if (failed + 1 < steps.length) this.#enter({ kind: 'measuring', failed: failed + 1 });
    else this.#rest();
  }

  /** Takes the next step that the caps allow. */
  #try(rate: number, failedBefore: number): void {
    const before = this.#setting;
    for (let failed = failedBefore; failed < steps.length; failed += 1) {
      const next = within(steps[this.#step]?.(before) ?? before, this.#caps);
      if (next.bytes !== before.bytes || next.inFlight !== before.inFlight) {
        this.#setting = next;
        this.#enter({ kind: 'trying', before, rate, failed });
        return;
      }
      this.#step = (this.#step + 1) % steps.length;
    }
    this.#rest();
  }

  #fall(setting: Setting): void {
    this.#setting = within(setting, this.#caps);
    this.#fellAt = this.#time.now();
    this.#step = 0;
    this.#enter({ kind: 'measuring', failed: 0 });
  }

  #rest(): void {
    this.#enter({ kind: 'resting', until: this.#time.now() + this.#restMs });
    this.#restMs = Math.min(REST_MS.longest, this.#restMs * 2);
  }

  #wake(until: number): void {
    if (this.#time.now() >= until) this.#enter({ kind: 'measuring', failed: 0 });
  }

  #enter(state: State): void {
    this.#state = state;
    this.#measureAnew();
  }

  #measureAnew(): void {
    this.#window = newWindow(this.#time.now());
  }
}

/** Smaller bulks cost more than they help. */
const LEAST_BYTES = 50_000;

function within({ bytes, inFlight }: Setting, caps: Setting): Setting {
  return {
    bytes: Math.min(caps.bytes, Math.max(LEAST_BYTES, Math.round(bytes))),
    inFlight: Math.min(caps.inFlight, Math.max(1, inFlight)),
  };
}
