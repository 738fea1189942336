/** The client for runtimes that are not Node: the same reads, over the runtime's own `fetch`. */
import { createFetchClient } from './fetch/client.ts';
import { webTime } from './fetch/time.ts';
import { type ClientOptions, resolveOptions } from './options.ts';
import type { SegmentClient } from './reading-client.ts';

/** As in Node, and what the runtime offers. */
export interface FetchClientOptions<S extends string = string> extends ClientOptions<S> {
  /** Sends the requests, as `(...asked) => env.SEGMENTS.fetch(...asked)` for a service binding. Default: the global one. */
  readonly fetch?: typeof fetch | undefined;
  /** Given every request, which may outlive the event that it began in; for runtimes that end it otherwise. Default: none. */
  readonly waitUntil?: ((request: Promise<unknown>) => void) | undefined;
}

/**
 * A client of the segment service over `fetch`. Keep one for all events: its cache is what makes it fast. Opens no
 * connection before the first read or `ready`.
 * @throws TypeError for a wrong type or an unknown option, RangeError for a value out of range
 */
export function createSegmentClient<S extends string = string>(
  options: FetchClientOptions<NoInfer<S>>,
): SegmentClient<S> {
  const resolved = resolveOptions<S>(options, ['fetch', 'waitUntil']);
  return createFetchClient(resolved, {
    fetch: callable('fetch', options.fetch) ?? ((...asked) => globalThis.fetch(...asked)),
    waitUntil: contained(callable('waitUntil', options.waitUntil)),
    time: webTime,
  });
}

/** @throws TypeError */
function callable<F extends (...args: never) => unknown>(name: string, value: F | undefined): F | undefined {
  if (value === undefined || typeof value === 'function') return value;
  throw new TypeError(`${name} is of type ${typeof value}; give a function, or leave it out`);
}

/** It may throw where there is no event to prolong; the request goes on for as long as it may. */
const contained =
  (waitUntil: (request: Promise<unknown>) => void = () => {}) =>
  (request: Promise<unknown>): void => {
    try {
      waitUntil(request);
    } catch {
      // Nothing is owed to it.
    }
  };
