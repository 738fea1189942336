/** Which replies may still be used: what the service says of its generations, and whether to believe it. */
import { countIn, type HttpReply } from './decode.ts';
import { garbled, tried } from './errors.ts';

/** What the service has told any client of this process about its generations. */
export interface Epochs {
  latest: number;
  /** When it was first heard of. */
  latestAt: number;
  /** Replies of older epochs may not be used any more. */
  floor: number;
  /** Raised when the service began to count anew: what was kept before is of no epoch of now. */
  line: number;
  /** Since when every current reply has been older than `latest`. */
  behindSince: number | undefined;
}

export const createEpochs = (): Epochs => ({ latest: 0, latestAt: 0, floor: 0, line: 0, behindSince: undefined });

/**
 * Every server follows a publish or roll back within 10 s. When none has known the newest epoch for this long, the
 * store was built anew, or that epoch was never true.
 */
const ANEW_MS = 60_000;

/**
 * Takes note of what a reply, come at `now`, says, and refuses it when the service has rolled back since: a server that
 * does not know yet, or an answer long on its way, may be of a withdrawn generation. Other servers know, so trying again
 * helps. @throws Failure
 */
export function believe(headers: HttpReply['headers'], epochs: Epochs, now: number): void {
  const told = {
    epoch: countIn(headers, 'segment-epoch'),
    floor: countIn(headers, 'segment-epoch-floor'),
    outdated: headers['segment-stale'] === '?1',
  };
  const { epoch, floor, outdated } = told;
  if (floor > epoch && !outdated) throw garbled('segment-epoch-floor');
  take(epochs, told, now);
  if (epoch < epochs.floor) throw tooOld(epoch, `withdrawn below ${epochs.floor}`);
}

/** Takes note of what an earlier client was told, unless more is known by now. */
export function recall(epochs: Epochs, { latest, floor }: Pick<Epochs, 'latest' | 'floor'>, now: number): void {
  if (latest <= epochs.latest || floor > latest) return;
  Object.assign(epochs, { latest, latestAt: now, floor: Math.max(epochs.floor, floor) });
}

/** A server behind a publish has no segment that came with it: its 404 says nothing. @throws Failure */
export function believe404(headers: HttpReply['headers'], epochs: Epochs, now: number): void {
  if (headers['segment-epoch'] === undefined) return; // not of the segment service
  believe(headers, epochs, now);
  const epoch = countIn(headers, 'segment-epoch');
  if (epoch < epochs.latest) throw tooOld(epoch, `the newest is ${epochs.latest}`);
}

interface Told {
  readonly epoch: number;
  readonly floor: number;
  /** The server said itself that it knows a newer generation. */
  readonly outdated: boolean;
}

function take(epochs: Epochs, { epoch, floor, outdated }: Told, now: number): void {
  if (epoch >= epochs.latest) epochs.behindSince = undefined;
  else if (!outdated) epochs.behindSince ??= now;
  if (!outdated && now - (epochs.behindSince ?? now) >= ANEW_MS) {
    Object.assign(epochs, { latest: epoch, latestAt: now, floor, line: epochs.line + 1, behindSince: undefined });
    return;
  }
  epochs.floor = Math.max(epochs.floor, floor);
  if (epoch <= epochs.latest) return;
  epochs.latest = epoch;
  epochs.latestAt = now;
}

const tooOld = (epoch: number, why: string) =>
  tried('SERVER', `the answer is of epoch ${epoch}, ${why}`, { retryable: true });
