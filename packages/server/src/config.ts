/** What the server is told: flags, environment, file. */
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { integer, type Option, optionalInteger, optionalText, requiredText, text } from '@segment-store/cli/option';
import { type Fingerprint, fingerprint } from '@segment-store/cli/print-config';
import { isLoopback } from './admission/loopback.ts';
import {
  type AdmissionConfig,
  type AdmissionSettings,
  admissionOptions,
  resolveAdmission,
} from './admission/options.ts';
import { checkDatabase } from './database/open.ts';
import { type LookupConfig, type LookupSettings, lookupOptions, resolveLookup } from './lookup/options.ts';
import { type TelemetrySettings, telemetryOptions } from './telemetry/options.ts';

/** As given; `resolveConfig` says what it means. */
export interface Settings extends LookupSettings, AdmissionSettings, TelemetrySettings {
  readonly store: string;
  readonly prefix: string;
  readonly host: string;
  readonly port: number;
  readonly opsPort: number | undefined;
  readonly drainDelayMs: number | undefined;
  readonly workers: number;
  readonly pollMs: number;
  readonly database: string | undefined;
}

export const options: { readonly [Name in keyof Settings]: Option<Settings[Name]> } = {
  store: requiredText({
    placeholder: '<url>',
    description: 'store to serve: embedded:<dir>, or http(s)://host:port of an Elasticsearch',
  }),
  prefix: text({
    placeholder: '<name>',
    description: 'of indices in Elasticsearch and keys in Redis',
    fallback: 'segments',
  }),
  host: text({
    placeholder: '<address>',
    description: 'address to listen on; without keys a loopback one',
    fallback: '127.0.0.1',
  }),
  port: integer({
    placeholder: '<port>',
    description: 'port to listen on; 0 takes a free one',
    fallback: 8080,
    min: 0,
    max: 65_535,
  }),
  opsPort: optionalInteger({
    placeholder: '<port>',
    description: 'port of its own for probes and /metrics, without keys; 0 takes a free one',
    max: 65_535,
  }),
  drainDelayMs: optionalInteger({
    placeholder: '<ms>',
    description: 'after SIGTERM, how long requests are still taken (default 0 on loopback, else 10000)',
    max: 30_000,
  }),
  workers: integer({ description: 'processes that answer', fallback: 1, min: 1, max: 64 }),
  pollMs: integer({
    placeholder: '<ms>',
    description: 'how often to look for a newer generation',
    fallback: 2_000,
    min: 10,
    max: 5_000,
  }),
  database: optionalText({
    placeholder: '<url>',
    description: 'keeps rollouts and experiments: postgres://…, or pglite:<dir> for one process',
    secret: true,
  }),
  ...lookupOptions,
  ...admissionOptions,
  ...telemetryOptions,
};

export interface Config extends LookupConfig {
  readonly store: { readonly url: string; readonly prefix: string; readonly pollMs: number };
  readonly listen: { readonly host: string; readonly port: number; readonly opsPort: number | undefined };
  readonly drainDelayMs: number;
  readonly workers: number;
  readonly database: string | undefined;
  readonly telemetry: TelemetrySettings;
  readonly fingerprint: Fingerprint;
  readonly admission: AdmissionConfig;
}

/** What a load balancer or a cluster needs to hear that an endpoint has gone. */
const DRAIN_DELAY_MS = 10_000;

/** @throws CommandError exit 2 */
export function resolveConfig(values: Settings): Config {
  const { store: url, prefix, pollMs, host, port, opsPort } = values;
  const admission = resolveAdmission(values);
  if (values.database !== undefined) checkDatabase(values.database, values.workers);
  if (!admission.knowsCallers && !isLoopback(host)) {
    const why = 'without keys the server answers on loopback only: give it --keys or --jwks, or use 127.0.0.1';
    throw new CommandError(exitCode.usage, `--host ${host}: ${why}`);
  }
  return Object.freeze({
    store: { url, prefix, pollMs },
    listen: { host, port, opsPort },
    drainDelayMs: values.drainDelayMs ?? (isLoopback(host) ? 0 : DRAIN_DELAY_MS),
    workers: values.workers,
    database: values.database,
    ...resolveLookup(values),
    telemetry: { logSample: values.logSample, otlpEndpoint: values.otlpEndpoint },
    fingerprint: fingerprint(options, { ...values }),
    admission,
  });
}
