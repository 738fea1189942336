/**
 * A client for the tests of a caller. Its reads, its cache and its reading of replies are those of the real client; only
 * the service is a script, and time a number: nothing waits, nothing depends on the machine or on faked timers.
 */
import { cached } from '@segment-store/resilience/cached';
import { deadline } from '@segment-store/resilience/deadline';
import { type Operation, type Settled, stack } from '@segment-store/resilience/operation';
import { singleFlight } from '@segment-store/resilience/single-flight';
import { createEpochs } from './epochs.ts';
import { unwatched } from './events.ts';
import { type ClientOptions, resolveOptions } from './options.ts';
import { readingClient, type SegmentClient } from './reading-client.ts';
import { createSources } from './sources.ts';
import type { ClientStats } from './stats.ts';
import { createTestClock } from './testing/clock.ts';
import { createTestService, type TestAnswer, type TestService } from './testing/service.ts';

export type { Asked, FaultScope, TestErrorCode } from './testing/faults.ts';
export type { TestAnswer, TestService } from './testing/service.ts';

/** As the real client's, and what its service says at first. */
export interface TestClientOptions<S extends string = string> extends Omit<ClientOptions<S>, 'baseUrl' | 'apiKey'> {
  /** What the service says at first, by customer id; others are unknown. Default: nobody is known. */
  readonly customers?: Readonly<Record<string, TestAnswer<NoInfer<S>>>> | undefined;
  /**
   * `auto`: a read that must wait is given the time it waits for at once. `manual`: time passes only in `advance`.
   * Default `auto`.
   */
  readonly clock?: 'auto' | 'manual' | undefined;
}

/** The real client over a scripted service. */
export interface TestClient<S extends string = string> extends SegmentClient<S> {
  /** What the service says and does from now on. */
  readonly service: TestService<S>;
  /** Lets `ms` milliseconds pass for this client, and everything happen that is due in them. */
  advance(ms: number): Promise<void>;
}

/**
 * A client whose service is scripted. Options as the real client's, but for `baseUrl` and `apiKey`.
 * @throws TypeError for a wrong type or an unknown option, RangeError for a value out of range
 */
export function createTestClient<S extends string = string>(options: TestClientOptions<S> = {}): TestClient<S> {
  const { customers = {}, clock: mode, ...given } = options;
  const resolved = resolveOptions<S>({ ...given, baseUrl: 'http://segments.test' });
  const clock = createTestClock(mode);
  const service = createTestService<S>(clock.time);
  for (const [id, answer] of Object.entries(customers)) service.script.answer(id, answer);
  const { time, hold } = clock;
  const { ms } = resolved;
  const epochs = createEpochs();
  const sources = createSources<S>(resolved, {
    pool: service.pool,
    epochs,
    time,
    random: () => 0.5, // every answer is fresh for `freshMs` exactly
    // Neither retry nor breaker nor limit: what the script says is what the caller gets.
    stacked: (send, cache) =>
      cached(cache, stack([deadline(ms.call, time), singleFlight(cache), deadline(ms.flight, time)], one(send))),
  });
  const origin = (): ClientStats['origin'] => ({ ...service.stand(), epoch: epochs.latest, floor: epochs.floor });
  const client = readingClient(resolved, { sources, events: unwatched, time, hold, origin, leave: async () => {} });
  return { ...client, service: service.script, advance: clock.advance };
}

const one =
  <I, O>(send: Operation<readonly I[], Settled<O>>): Operation<I, O> =>
  async (input, call) => {
    const [settled] = await send([input], call);
    if (settled?.status === 'fulfilled') return settled.value;
    throw settled?.reason;
  };
