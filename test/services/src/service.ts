import type { StopOptions } from './leashed.ts';

/** A real server, running on a free port of 127.0.0.1 with its data in a temp folder. */
export interface Service {
  readonly name: string;
  readonly url: string;
  /** Process id of the server itself, for tests that stop, pause or kill it. */
  readonly pid: number;
  readonly logFile: string;
  /** As the server itself reports it. */
  version(): Promise<string>;
  /** How many requests the server has answered, by its own count. */
  requestCount(): Promise<number>;
  stop(options?: StopOptions): Promise<void>;
}

/** GETs a text; rejects unless the answer is 200. */
export async function get(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 200)}`);
  return text;
}
