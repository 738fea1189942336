/** A client as OpenTelemetry sees it: durations, counts and levels, and spans of what was asked. Never a customer id. */
import { context, type Meter, metrics, type Tracer, trace } from '@opentelemetry/api';
import { thrownError } from './errors.ts';
import type { Lookup, Membership } from './lookup.ts';
import { createDurations, watchStats } from './otel/figures.ts';
import { type Ending, printSpan } from './otel/spans.ts';
import type { SegmentClient } from './reading-client.ts';
import { VERSION } from './version.ts';

/** What is measured with, and under which name. */
export interface TelemetryOptions {
  /** Tells the clients of a process apart, as `segment_store.client.name`. Default: not given. */
  readonly name?: string | undefined;
  /** For the figures. Default: of the global provider, which must be registered before. */
  readonly meter?: Meter | undefined;
  /** Default: of the global provider, which must be registered before. */
  readonly tracer?: Tracer | undefined;
}

const SCOPE = '@segment-store/sdk';

/** `client`, measured. Every read is the client's own. Closing it ends both. */
export function withTelemetry<S extends string>(
  client: SegmentClient<S>,
  { name, meter = metrics.getMeter(SCOPE, VERSION), tracer = trace.getTracer(SCOPE, VERSION) }: TelemetryOptions = {},
): SegmentClient<S> {
  const fixed = name === undefined ? {} : { 'segment_store.client.name': name };
  const durations = createDurations(meter);
  const unwatch = watchStats(meter, client, fixed);

  /** Hands on the very promise it was given. */
  function observed<R>(operation: string, endingOf: (result: R) => Ending, read: () => Promise<R>): Promise<R> {
    const [start, parent] = [performance.now(), context.active()];
    const tell = (ending: Ending) => {
      const end = performance.now();
      const from = ending.servedFrom === undefined ? {} : { 'segment_store.served_from': ending.servedFrom };
      durations.record((end - start) / 1_000, { ...fixed, 'segment_store.operation': operation, ...from }, parent);
      const [startedAt, endedAt] = [performance.timeOrigin + start, performance.timeOrigin + end];
      printSpan(tracer, { operation, startedAt, endedAt, parent }, ending, fixed);
    };
    const reading = read();
    reading
      .then(
        (result) => tell(endingOf(result)),
        (error) => tell({ error: thrownError(error) }),
      )
      .catch(() => 'what is measured must not suffer from measuring');
    return reading;
  }

  const { lookup, lookupMany, lookupOrThrow, checkMember } = client;
  const check: SegmentClient<S>['checkMember'] = (id, segment, options) =>
    observed('checkMember', endingOfRead, () => checkMember(id, segment, options));

  async function close(): Promise<void> {
    unwatch();
    await client.close();
  }

  return {
    ...client,
    lookup: (id, options) => observed('lookup', endingOfRead, () => lookup(id, options)),
    lookupMany: (ids, options) => observed('lookupMany', endingOfMany, () => lookupMany(ids, options)),
    lookupOrThrow: (id, options) => observed('lookupOrThrow', endingOfRead, () => lookupOrThrow(id, options)),
    checkMember: check,
    isMember: async (id, segment, options) => (await check(id, segment, options)).member,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function endingOfRead(read: Lookup | Membership): Ending {
  const { servedFrom, error } = read;
  return { servedFrom, error, ...(read.ok ? { generation: read.generation } : {}) };
}

const endingOfMany = (lookups: ReadonlyMap<string, Lookup>): Ending => ({
  hasAsked: [...lookups.values()].some(({ servedFrom }) => servedFrom === 'server'),
  error: [...lookups.values()].find(({ error }) => error !== undefined)?.error,
});
