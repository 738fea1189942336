/** Answers that are made for one request; the hot route has its own. */

/** On everything: a browser takes it for what it says it is. */
export const NO_SNIFF = { 'X-Content-Type-Options': 'nosniff' } as const;

export interface JsonOptions {
  /** Default 200. */
  readonly status?: number;
  /** Default: not to be kept. */
  readonly headers?: Readonly<Record<string, string>>;
}

export function json(body: object, { status = 200, headers = {} }: JsonOptions = {}): Response {
  const all = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...NO_SNIFF, ...headers };
  return new Response(JSON.stringify(body), { status, headers: all });
}
