import type { Cache } from '@segment-store/resilience/cached';
import type { Policy } from '@segment-store/resilience/operation';
import { filling } from '@segment-store/resilience/single-flight';
import type { Time } from '@segment-store/resilience/time';

export interface LeaseOptions {
  /** As long as whoever began a flight may wait for it: until then it is not ended. */
  readonly leaseMs: number;
  readonly time: Time;
  waitUntil(flight: Promise<unknown>): void;
}

interface Flight<O> {
  readonly output: Promise<O>;
  readonly until: number;
}

/** One flight a key, as `singleFlight`; but the flight of an event that has ended may never land, so none is joined later. */
export const leasedFlight =
  <I, O>(into: Cache<I, O>, { leaseMs, time, waitUntil }: LeaseOptions): Policy<I, O> =>
  (next) => {
    const flights = new Map<string, Flight<O>>();
    const fly = filling(into, next);
    return (input, call) => {
      const now = time.now();
      dropEnded(flights, now);
      const key = into.keyOf(input);
      const joined = flights.get(key);
      if (joined !== undefined) return joined.output;
      const flight = { output: fly(input, call), until: now + leaseMs };
      const land = () => {
        if (flights.get(key) === flight) flights.delete(key);
      };
      flights.set(key, flight);
      waitUntil(flight.output.then(land, land));
      return flight.output;
    };
  };

/** In the order of their leases, which are all equally long. */
function dropEnded(flights: Map<string, Flight<unknown>>, now: number): void {
  for (const [key, { until }] of flights) {
    if (now < until) return;
    flights.delete(key);
  }
}
