/** A generation that is served. */
import type { Cached } from '@segment-store/resilience/cached';
import { systemTime } from '@segment-store/resilience/time';
import type { Live, Reader } from '@segment-store/store/store';
import { counted, Uses } from './lease.ts';
import type { Encoded, Query } from './read-path.ts';

/** A generation opened for answers. */
export interface Pin {
  readonly reader: Reader;
  readonly path: Cached<Query, Encoded>;
  /** In which this generation went live, the last time it did. */
  readonly epoch: number;
  /** The newest one known, of whichever generation is live. */
  readonly floor: number;
  /** Since when the floor is known to stand above the epoch, in monotonic milliseconds. */
  readonly withdrawnAt?: number;
}

/** Its reader closes after the last question asked of it has ended. */
export function createPin(
  opened: Reader,
  { epoch, floor }: Live,
  createPath: (reader: Reader) => Cached<Query, Encoded>,
): Pin {
  const uses = new Uses();
  const reader = counted(opened, uses);
  const { peek, ask } = createPath(reader);
  return { reader, path: { peek, ask: (query, call) => uses.during(() => ask(query, call)) }, epoch, floor };
}

/** The pin as the newest `live` has it. */
export function inView({ withdrawnAt, ...pin }: Pin, { generation, epoch, floor }: Live): Pin {
  if (generation.run === pin.reader.generation.run) return { ...pin, epoch, floor };
  if (pin.epoch >= floor) return { ...pin, floor };
  return { ...pin, floor, withdrawnAt: withdrawnAt ?? systemTime.now() };
}
