/** Every instrument of a client: its name, unit and bounds, written once. Most are read from `stats()` when somebody collects. */
import type { BatchObservableResult, Histogram, Meter, Observable } from '@opentelemetry/api';
import type { SegmentClient } from '../reading-client.ts';
import type { ClientStats } from '../stats.ts';

type Stats = Pick<SegmentClient, 'stats'>;
type Attributes = Readonly<Record<string, string>>;

/** Those of the semantic conventions for HTTP, and below them: most lookups are hits. */
const SECONDS = [
  ...[0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075],
  ...[0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
];

export const createDurations = (meter: Meter): Histogram =>
  meter.createHistogram('segment_store.client.lookup.duration', {
    unit: 's',
    description: 'From the call of a read to its answer.',
    advice: { explicitBucketBoundaries: SECONDS },
  });

/** Until the returned function is called. */
export function watchStats(meter: Meter, { stats }: Stats, attributes: Attributes): () => void {
  const watched = figuresOf(meter);
  const collect = (result: BatchObservableResult) => {
    const now = stats();
    for (const { instrument, read } of watched) {
      for (const { value, by } of read(now)) result.observe(instrument, value, { ...attributes, ...by });
    }
  };
  const instruments = watched.map(({ instrument }) => instrument);
  meter.addBatchObservableCallback(collect, instruments);
  return () => meter.removeBatchObservableCallback(collect, instruments);
}

interface Figure {
  readonly instrument: Observable;
  read(stats: ClientStats): readonly { readonly value: number; readonly by?: Attributes }[];
}

const STATES = { closed: 0, 'half-open': 1, open: 2 };

function figuresOf(meter: Meter): readonly Figure[] {
  const counter = (name: string, unit: string, description: string) =>
    meter.createObservableCounter(`segment_store.client.${name}`, { unit, description });
  const gauge = (name: string, unit: string, description: string) =>
    meter.createObservableGauge(`segment_store.client.${name}`, { unit, description });
  return [
    {
      instrument: counter('lookups', '{lookup}', 'Reads by where their answer came from.'),
      read: ({ served }) => counts(served, 'segment_store.served_from'),
    },
    {
      instrument: counter('errors', '{error}', 'Reads that fell back or were served stale after a failure.'),
      read: ({ errors }) => counts(errors, 'error.type'),
    },
    {
      instrument: gauge('breaker.state', '1', '0 closed, 1 half-open, 2 open.'),
      read: ({ origin }) => [{ value: STATES[origin.breaker] }],
    },
    {
      instrument: gauge('retry.tokens', '{token}', 'Left in the retry budget; at half of 10 and below none is spent.'),
      read: ({ origin }) => [{ value: origin.retryTokens }],
    },
    {
      instrument: gauge('requests.in_flight', '{request}', 'On their way to the service.'),
      read: ({ origin }) => [{ value: origin.inFlight }],
    },
    {
      instrument: gauge('requests.limit', '{request}', 'That may be in flight at once.'),
      read: ({ origin }) => [{ value: origin.limit }],
    },
    { instrument: gauge('cache.entries', '{entry}', 'Answers kept.'), read: ({ cache }) => [{ value: cache.entries }] },
    {
      instrument: gauge('cache.size', 'By', 'Heap that kept answers take.'),
      read: ({ cache }) => [{ value: cache.bytes }],
    },
  ];
}

const counts = (of: Readonly<Record<string, number>>, name: string) =>
  Object.entries(of).map(([key, value]) => ({ value, by: { [name]: key } }));
