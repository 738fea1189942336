/** What the service has told any client of this process about its generations. */
export interface Epochs {
  latest: number;
  /** Replies of older epochs may not be used any more. */
  floor: number;
  /** Raised when the service began to count anew: what was kept before is of no epoch of now. */
  line: number;
  /** Since when every current reply has been older than `latest`. */
  behindSince: number | undefined;
}

export const createEpochs = (): Epochs => ({ latest: 0, floor: 0, line: 0, behindSince: undefined });

export interface Told {
  readonly epoch: number;
  readonly floor: number;
  /** The server said itself that it knows a newer generation. */
  readonly outdated: boolean;
}

/**
 * Every server follows a publish or roll back within 10 s. When none has known the newest epoch for this long, the
 * store was built anew, or that epoch was never true.
 */
const ANEW_MS = 60_000;

/** Takes note of what a reply, come at `now`, says. */
export function take(epochs: Epochs, { epoch, floor, outdated }: Told, now: number): void {
  if (epoch >= epochs.latest) epochs.behindSince = undefined;
  else if (!outdated) epochs.behindSince ??= now;
  if (!outdated && now - (epochs.behindSince ?? now) >= ANEW_MS) {
    Object.assign(epochs, { latest: epoch, floor, line: epochs.line + 1, behindSince: undefined });
    return;
  }
  epochs.floor = Math.max(epochs.floor, floor);
  epochs.latest = Math.max(epochs.latest, epoch);
}
