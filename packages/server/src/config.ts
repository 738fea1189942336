/** What the server is told: flags, environment, file. */
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { integer, type Option, optionalInteger, requiredText, text } from '@segment-store/cli/option';
import { type Fingerprint, fingerprint } from '@segment-store/cli/print-config';
import { isLoopback } from './loopback.ts';

/** As given; `resolveConfig` says what it means. */
export interface Settings {
  readonly store: string;
  readonly prefix: string;
  readonly host: string;
  readonly port: number;
  readonly opsPort: number | undefined;
  readonly drainDelayMs: number | undefined;
  readonly workers: number;
  readonly pollMs: number;
  readonly storeTimeoutMs: number;
  readonly storeReads: number;
  readonly cacheMb: number;
}

export const options: { readonly [Name in keyof Settings]: Option<Settings[Name]> } = {
  store: requiredText({
    placeholder: '<url>',
    description: 'store to serve: embedded:<dir>, or http(s)://host:port of an Elasticsearch',
  }),
  prefix: text({ placeholder: '<name>', description: 'index prefix, Elasticsearch only', fallback: 'segments' }),
  host: text({ placeholder: '<address>', description: 'loopback address to listen on', fallback: '127.0.0.1' }),
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
  storeTimeoutMs: integer({
    placeholder: '<ms>',
    description: 'how long one read of the store may take',
    fallback: 250,
    min: 1,
    max: 60_000,
  }),
  storeReads: integer({
    placeholder: '<n>',
    description: 'reads of the store at once; one more is refused as overloaded',
    fallback: 64,
    min: 1,
    max: 10_000,
  }),
  cacheMb: integer({
    placeholder: '<MiB>',
    description: 'memory for encoded answers',
    fallback: 64,
    min: 1,
    max: 65_536,
  }),
};

export interface Config {
  readonly store: { readonly url: string; readonly prefix: string; readonly pollMs: number };
  readonly listen: { readonly host: string; readonly port: number; readonly opsPort: number | undefined };
  readonly drainDelayMs: number;
  readonly workers: number;
  readonly reads: { readonly atOnce: number; readonly ms: { readonly total: number; readonly store: number } };
  readonly cacheBytes: number;
  readonly fingerprint: Fingerprint;
}

/** A joiner of a read that another request began waits a little longer than the read itself. */
const JOIN_MS = 50;
/** What a load balancer or a cluster needs to hear that an endpoint has gone. */
const DRAIN_DELAY_MS = 10_000;

/** @throws CommandError exit 2 */
export function resolveConfig(values: Settings): Config {
  const { store: url, prefix, pollMs, host, port, opsPort, storeTimeoutMs, storeReads, cacheMb } = values;
  if (!isLoopback(host)) {
    const why = 'without keys the server answers on loopback only; use 127.0.0.1, ::1 or localhost';
    throw new CommandError(exitCode.usage, `--host ${host}: ${why}`);
  }
  return Object.freeze({
    store: { url, prefix, pollMs },
    listen: { host, port, opsPort },
    drainDelayMs: values.drainDelayMs ?? (isLoopback(host) ? 0 : DRAIN_DELAY_MS),
    workers: values.workers,
    reads: { atOnce: storeReads, ms: { total: storeTimeoutMs + JOIN_MS, store: storeTimeoutMs } },
    cacheBytes: cacheMb * 1024 * 1024,
    fingerprint: fingerprint(options, { ...values }),
  });
}
