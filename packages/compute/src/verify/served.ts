/** What the service answers, over HTTP as everybody gets it. */
import { CommandError, exitCode } from '@segment-store/cli/exit-code';

export interface ServedAnswer {
  /** False: the live generation has no such customer. */
  readonly known: boolean;
  readonly generation: string;
  readonly segmentIds: readonly string[];
}

export interface Service {
  /** Without its `/v1`. */
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
}

/** Customers in one question. */
const AT_ONCE = 100;

/** In turn, a question at a time. @throws CommandError unavailable, or usage for a key or address that is none */
export async function* askService(
  customers: readonly string[],
  service: Service,
): AsyncIterable<readonly [string, ServedAnswer]> {
  for (let from = 0; from < customers.length; from += AT_ONCE) {
    const asked = customers.slice(from, from + AT_ONCE);
    const { items } = await askOnce(asked, service);
    for (const [index, customer] of asked.entries()) {
      const item = items[index];
      if (item?.status === 200) yield [customer, item];
      else throw unavailable(service, `refused a customer: ${item?.error.title ?? 'an answer is missing'}`);
    }
  }
}

type Item =
  | ({ readonly status: 200 } & ServedAnswer)
  | { readonly status: 400 | 500 | 503; readonly error: { readonly title: string } };

async function askOnce(customerIds: readonly string[], service: Service): Promise<{ readonly items: readonly Item[] }> {
  const { url, apiKey, signal } = service;
  const authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const headers = { 'content-type': 'application/json', ...authorization };
  const request = { method: 'POST', headers, body: JSON.stringify({ customerIds }), signal };
  const response = await service.fetch(`${url}/v1/lookups`, request).catch((cause: unknown) => {
    throw unavailable(service, 'cannot be reached', cause);
  });
  if (response.status === 401 || response.status === 403) {
    const what = apiKey === undefined ? 'give --api-key' : 'the key is not one that may read';
    throw new CommandError(exitCode.usage, `--server ${url} answered ${response.status}: ${what}`);
  }
  if (response.status === 404)
    throw new CommandError(exitCode.usage, `--server ${url} is no segment-server: it has no /v1/lookups`);
  if (!response.ok) throw unavailable(service, `answered ${response.status}`);
  return JSON.parse(await response.text());
}

const unavailable = ({ url }: Service, what: string, cause?: unknown): CommandError =>
  new CommandError(exitCode.unavailable, `--server ${url} ${what}; run again when it is well`, { cause });
