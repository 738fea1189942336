/** Events on `node:diagnostics_channel`: free while nobody watches. */
import { channel, tracingChannel } from 'node:diagnostics_channel';
import { toLookupError } from './errors.ts';
import type { BreakerEvent, LimitEvent, LookupEvent, ReadEvents, RefreshEvent } from './events.ts';
import type { Lookup, Membership } from './lookup.ts';

export function readChannels(): ReadEvents {
  const lookups = channel('segment-store:lookup');
  const trace = tracingChannel<unknown, object>('segment-store:ask');
  return {
    lookups,
    answered(read, answer) {
      if (lookups.hasSubscribers) lookups.publish(toEvent(read, answer));
    },
    async asking<R extends Lookup | Membership>(read: LookupEvent['read'], ask: () => Promise<R>): Promise<R> {
      if (!trace.hasSubscribers) return ask();
      const { promise, resolve } = Promise.withResolvers<R>();
      const traced = async () => {
        const answer = await ask();
        resolve(answer);
        return toEvent(read, answer); // its result is seen by whoever watches
      };
      await trace.tracePromise(traced, { read });
      return promise;
    },
  };
}

const published = <Told extends unknown[]>(name: string, toMessage: (...told: Told) => object) => {
  const told = channel(`segment-store:${name}`);
  return (...args: Told): void => {
    if (told.hasSubscribers) told.publish(toMessage(...args));
  };
};

/** How a refresh ended; undefined: well. */
export const refreshChannel = (): ((error: unknown) => void) =>
  published('refresh', (error): RefreshEvent => (error === undefined ? {} : { code: toLookupError(error).code }));

interface OriginChannels {
  readonly onState: (state: BreakerEvent['state']) => void;
  readonly onMax: (limit: number) => void;
}

/** Of an origin: told once, whoever shares it. */
export const originChannels = (origin: string): OriginChannels => ({
  onState: published('breaker', (state: BreakerEvent['state']): BreakerEvent => ({ origin, state })),
  onMax: published('limit', (limit: number): LimitEvent => ({ origin, limit })),
});

function toEvent(read: LookupEvent['read'], answer: Lookup | Membership): LookupEvent {
  const { servedFrom, error } = answer;
  return {
    read,
    servedFrom,
    ...(answer.ok && { ageMs: answer.ageMs }),
    ...error,
  };
}
