/** What the server is told: flags, environment, file. */
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { integer, type Option, requiredText, text } from '@segment-store/cli/option';
import { isLoopback } from './loopback.ts';

/** As given; `resolveConfig` says what it means. */
export interface Settings {
  readonly store: string;
  readonly prefix: string;
  readonly host: string;
  readonly port: number;
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
  readonly listen: { readonly host: string; readonly port: number };
  readonly reads: { readonly atOnce: number; readonly ms: { readonly total: number; readonly store: number } };
  readonly cacheBytes: number;
}

/** A joiner of a read that another request began waits a little longer than the read itself. */
const JOIN_MS = 50;

/** @throws CommandError exit 2 */
export function resolveConfig(values: Settings): Config {
  const { store: url, prefix, pollMs, host, port, storeTimeoutMs, storeReads, cacheMb } = values;
  if (!isLoopback(host)) {
    const why = 'without keys the server answers on loopback only; use 127.0.0.1, ::1 or localhost';
    throw new CommandError(exitCode.usage, `--host ${host}: ${why}`);
  }
  return Object.freeze({
    store: { url, prefix, pollMs },
    listen: { host, port },
    reads: { atOnce: storeReads, ms: { total: storeTimeoutMs + JOIN_MS, store: storeTimeoutMs } },
    cacheBytes: cacheMb * 1024 * 1024,
  });
}
