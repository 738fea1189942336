import type { Cache } from './cached.ts';
import { type Operation, outliving, type Policy } from './operation.ts';

/** Fills `into`, whether or not whoever asked still waits. */
export const filling =
  <I, O>(into: Cache<I, O>, next: Operation<I, O>): Operation<I, O> =>
  async (input, call) => {
    const output = await next(input, outliving(call));
    into.set(input, output);
    return output;
  };

/** One flight a key; it fills `into` even when every caller has left, and no caller's signal or deadline ends it. */
export const singleFlight =
  <I, O>(into: Cache<I, O>): Policy<I, O> =>
  (next) => {
    const flights = new Map<string, Promise<O>>();
    const fly = filling(into, next);
    return (input, call) => {
      const key = into.keyOf(input);
      const joined = flights.get(key);
      if (joined !== undefined) return joined;
      const flight = fly(input, call);
      const land = () => flights.delete(key);
      flights.set(key, flight);
      flight.then(land, land);
      return flight;
    };
  };
