/** The product itself: servers, ingestion, calculations, and services that ask. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { get } from '@segment-store/services/service';
import { type Keys, keyFile } from './keys.ts';
import { BUCKET, databaseUrl, type Layout, QUEUE, queueUrl, urlOf } from './layout.ts';
import { mainOf, startOwn, startProgram } from './own-process.ts';
import type { Part, Running } from './part.ts';
import type { CalculationsSettings } from './process/calculations.ts';
import type { TrafficSettings } from './process/traffic.ts';

export interface ProductOptions {
  readonly keys: Keys;
  /** From the start of one calculation to that of the next. */
  readonly everyMs: number;
  /** Lookups a second of all services together; 0: none. */
  readonly lookupsPerSecond: number;
}

export type ServerName = 'server-1' | 'server-2';
type ProductName = ServerName | 'ingestion' | 'calculations' | 'traffic';

export function productParts(layout: Layout, options: ProductOptions): Readonly<Record<ProductName, Part>> {
  return {
    'server-1': { name: 'server-1', start: () => startServer('server-1', layout) },
    'server-2': { name: 'server-2', start: () => startServer('server-2', layout) },
    ingestion: { name: 'ingestion', start: () => startIngestion(layout) },
    calculations: { name: 'calculations', start: () => startCalculations(layout, options) },
    traffic: { name: 'traffic', start: () => startTraffic(layout, options) },
  };
}

function startServer(name: ServerName, layout: Layout): Promise<Running> {
  const { folder, port } = layout;
  const ops = `${name}-ops` as const;
  return startOwn({
    name,
    url: urlOf(layout, name),
    // Alive, not ready: it waits for the first generation.
    ready: async () => Boolean(await get(`${urlOf(layout, ops)}/livez`)),
    args: [
      mainOf('server'),
      ...['--store', urlOf(layout, 'elasticsearch-1'), '--redis', `redis://127.0.0.1:${port('redis')}`],
      ...['--port', `${port(name)}`, '--ops-port', `${port(ops)}`, '--keys', keyFile(layout)],
      ...['--state-dir', join(folder, name), '--database', databaseUrl(layout), '--json'],
    ],
  });
}

const awsEnvironment = ({ s3 }: Layout) => ({
  AWS_ACCESS_KEY_ID: s3.accessKeyId,
  AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
  AWS_REGION: 'us-east-1',
});

function startIngestion(layout: Layout): Promise<Running> {
  const figures = join(layout.jobFigures, 'ingest.prom');
  const queue = queueUrl(layout, QUEUE);
  return startOwn({
    name: 'ingestion',
    url: queue,
    ready: async () => existsSync(figures),
    env: awsEnvironment(layout),
    args: [
      ...[mainOf('ingest'), 'watch', '--queue', queue, '--hidden', '10s', '--metrics-file', figures, '--json'],
      ...['--store', urlOf(layout, 'elasticsearch-1'), '--s3-endpoint', urlOf(layout, 's3')],
      // A run every few minutes instead of every day: what retired is kept for minutes, too.
      ...['--keep', '2', '--keep-younger-than', '5m'],
    ],
  });
}

function startCalculations(layout: Layout, { everyMs }: ProductOptions): Promise<Running> {
  const settings: CalculationsSettings = {
    everyMs,
    bucket: BUCKET,
    queue: queueUrl(layout, QUEUE),
    s3Endpoint: urlOf(layout, 's3'),
    environment: awsEnvironment(layout),
    figures: join(layout.jobFigures, 'compute.prom'),
  };
  return startProgram('calculations', { url: `s3://${BUCKET}/runs`, ready: async () => true, settings });
}

function startTraffic(layout: Layout, { keys, lookupsPerSecond }: ProductOptions): Promise<Running> {
  const settings: TrafficSettings = {
    services: [
      { name: 'checkout', server: urlOf(layout, 'server-1'), apiKey: keys.checkout },
      { name: 'feed', server: urlOf(layout, 'server-2'), apiKey: keys.feed },
    ],
    operatorKey: keys.operator,
    port: layout.port('traffic'),
    lookupsPerSecond,
  };
  const url = urlOf(layout, 'traffic');
  return startProgram('traffic', { url, ready: async () => Boolean(await get(`${url}/metrics`)), settings });
}
