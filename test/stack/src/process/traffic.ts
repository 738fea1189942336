/** Services that ask: they embed the SDK, and export its figures as a service of anybody's would. */
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { createSegmentClient, type SegmentClient } from '@segment-store/sdk';
import { withTelemetry } from '@segment-store/sdk/otel';
import { customersOf } from '../customers.ts';
import { settingsOf } from '../own-process.ts';
import { zipf } from '../zipf.ts';

export interface TrafficSettings {
  readonly services: readonly { readonly name: string; readonly server: string; readonly apiKey: string }[];
  /** May list members: that is how customers are known. */
  readonly operatorKey: string;
  /** `/metrics` is there. */
  readonly port: number;
  /** Of all services together. */
  readonly lookupsPerSecond: number;
}

const UNKNOWN_SHARE = 0.02;
const BATCH = 20;
/** A batch, a check and a look at the catalogue come this much more rarely than a lookup. */
const EVERY = { batch: 20, check: 10, catalogue: 100 };
/** So that most lookups of popular customers are hits, and a few a second are not. */
const FRESH_MS = 10_000;

const { services, operatorKey, port, lookupsPerSecond } = settingsOf<TrafficSettings>();
const exporter = new PrometheusExporter({ host: '127.0.0.1', port });
const meter = new MeterProvider({ readers: [exporter] }).getMeter('@segment-store/sdk');
const clients = services.map(({ name, server, apiKey }) =>
  withTelemetry(createSegmentClient({ baseUrl: server, apiKey, freshMs: FRESH_MS }), { name, meter }),
);

const { customers, segment } = await customersOf(
  services.map(({ server }) => server),
  operatorKey,
);
const next = zipf(customers.length);
const someone = (): string =>
  Math.random() < UNKNOWN_SHARE
    ? `stranger-${Math.trunc(Math.random() * 1e6)}`
    : (customers[next(Math.random())] ?? '');

/** Reads of the SDK never reject. */
async function ask(client: SegmentClient, turn: number): Promise<void> {
  await client.lookup(someone());
  if (turn % EVERY.batch === 0) await client.lookupMany(Array.from({ length: BATCH }, someone));
  if (turn % EVERY.check === 0) await client.isMember(someone(), segment);
  if (turn % EVERY.catalogue === 0) await lookAtCatalogue();
}

/** As people do, in the console: it is no part of the SDK. */
async function lookAtCatalogue(): Promise<void> {
  const server = services[0]?.server;
  const headers = { authorization: `Bearer ${operatorKey}` };
  await fetch(`${server}/v1/segments?limit=10`, { headers, signal: AbortSignal.timeout(2_000) })
    .then((response) => response.arrayBuffer())
    .catch(() => 'seen at the server, or not at all');
}

let turn = 0;
if (lookupsPerSecond > 0) {
  setInterval(() => {
    turn++;
    const client = clients[turn % clients.length];
    if (client !== undefined) void ask(client, turn);
  }, 1_000 / lookupsPerSecond);
}
