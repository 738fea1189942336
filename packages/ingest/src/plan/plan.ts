/** What a load would do, foretold: nothing is written. */
import type { Manifest } from '@segment-store/contract/manifest';
import { nothing, toOutcomes } from '@segment-store/store/outcomes';
import type { Generation, Reader, RunOutcomes } from '@segment-store/store/store';
import type { Judged, Opened } from '../gates/gate.ts';
import type { Sample } from './plan-sample.ts';

export interface Assumptions {
  /** Documents that the store takes. */
  readonly rowsPerSecond: number;
  /** Of the sealed generation in Elasticsearch, beside the first. */
  readonly copies: number;
}

export interface Forecast {
  readonly customers: number;
  readonly memberships: number;
  readonly segments: number;
  /** Of all member lines as they are stored. */
  readonly documentBytes: number;
  /** In Elasticsearch, all copies. */
  readonly diskBytes: number;
  readonly shards: number;
  readonly seconds: number;
}

/** Bytes on disk for one byte of document, `segment_ids` indexed: 0.46 for short ids and for UUIDs of 20 segments. */
const DISK_PER_BYTE = 0.5;
const SHARD_BYTES = 50e9;
const SHARD_DOCUMENTS = 200e6;

/** By what the sample says of every line. */
export function forecast(
  { parts, totals }: Pick<Manifest, 'parts' | 'totals'>,
  sample: Sample,
  assumptions: Assumptions,
): Forecast {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const read = sample.lines + sample.rejected.length;
  const customers = Math.round(rows * (read === 0 ? 1 : sample.lines / read));
  const documentBytes = Math.round((customers * sample.bytes) / Math.max(1, sample.lines));
  return {
    ...sizes({ customers, documentBytes }, assumptions),
    ...totals,
    customers,
    seconds: rows / assumptions.rowsPerSecond,
  };
}

/** Of a by-segment run nobody knows its member lines before it is regrouped; what they hold, its catalogue tells. */
export function forecastBySegment(
  { totals }: Pick<Manifest, 'totals'>,
  catalogue: Reader['catalogue'],
  assumptions: Assumptions,
): Forecast {
  const customers = totals.customers ?? 0;
  const rows = [...catalogue.values()].filter(({ complementOf }) => complementOf === undefined);
  const idBytes = rows.reduce((sum, { id, size }) => sum + size * (id.length + QUOTES_BYTES), 0);
  const documentBytes = idBytes + customers * EMPTY_LINE_BYTES;
  const seconds = (totals.customers ?? totals.memberships) / assumptions.rowsPerSecond;
  return { ...sizes({ customers, documentBytes }, assumptions), ...totals, customers, seconds };
}

/** `"…",` around each segment id, and a line without any. */
const QUOTES_BYTES = 3;
const EMPTY_LINE_BYTES = 50;

function sizes({ customers, documentBytes }: Pick<Forecast, 'customers' | 'documentBytes'>, { copies }: Assumptions) {
  const primaryBytes = documentBytes * DISK_PER_BYTE;
  return {
    documentBytes,
    diskBytes: Math.round(primaryBytes * (1 + copies)),
    shards: Math.max(1, Math.ceil(primaryBytes / SHARD_BYTES), Math.ceil(customers / SHARD_DOCUMENTS)),
  };
}

export interface Foretold {
  readonly manifest: Manifest;
  readonly catalogue: Reader['catalogue'];
  readonly sample: Sample;
  readonly forecast: Forecast;
}

/** The generation that would be sealed, as far as gates can know it before a line is written. */
export function asSealed({ manifest, catalogue, sample, forecast }: Foretold, live: Opened): Judged {
  const { customers: members, memberships, segments } = forecast;
  const generation: Generation = {
    run: manifest.run,
    computedAt: manifest.computedAt,
    manifestHash: manifest.hash,
    state: 'sealed',
    ...{ members, memberships, segments },
  };
  const rows = [...catalogue.values()].filter(({ complementOf }) => complementOf === undefined);
  const sizes = new Map(rows.map(({ id, size }) => [id, size]));
  return {
    sealed: { generation, reader: { ...unwritten(manifest), generation, catalogue } },
    live,
    outcomes: outcomesOf(manifest, sample),
    sizes: async () => sizes,
    condition: () => Promise.reject(new Error('nothing is written yet')),
  };
}

function unwritten({ run }: Manifest): Omit<Reader, 'generation' | 'catalogue'> {
  const refuse = () => Promise.reject(new Error(`run ${run} is not loaded`));
  return {
    read: refuse,
    count: refuse,
    async *membersOf() {
      yield await refuse();
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Of the sample: shares are what counts. */
function outcomesOf({ parts }: Manifest, { lines, rejected, corrupt }: Sample): RunOutcomes {
  const total = toOutcomes({ created: lines, replayed: 0, skipped: 0, memberships: 0, rejected });
  const codes = new Map(corrupt.map(({ key, code }) => [key, code]));
  return {
    total,
    parts: parts.map((part) => {
      const code = codes.get(part.key);
      const waiting = { part, state: 'waiting', outcomes: nothing } as const;
      return code === undefined ? waiting : { ...waiting, state: 'failed', failure: { code, message: '' } };
    }),
  };
}
