/** One number of a PromQL query. */

/** Undefined: Prometheus does not answer, or the query has no sample or a NaN. @throws QueryError */
export type Ask = (query: string) => Promise<number | undefined>;

/** It will never have an answer: wrong PromQL, or several samples. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

const ASK_MS = 10_000;

export function createAsk(baseUrl: string): Ask {
  return async (query) => {
    const signal = AbortSignal.timeout(ASK_MS);
    const init = { method: 'POST', body: new URLSearchParams({ query }), signal };
    const response = await fetch(`${baseUrl}/api/v1/query`, init).catch(() => undefined);
    const answer = Object(await response?.json().catch(() => undefined));
    if (response?.status === 400 || response?.status === 422) throw new QueryError(`${query}: ${answer.error}`);
    return response?.status === 200 ? sampleOf(query, Object(answer.data)) : undefined;
  };
}

function sampleOf(query: string, { resultType, result }: Readonly<Record<string, unknown>>): number | undefined {
  const samples: readonly unknown[] = Array.isArray(result) ? result : [];
  if (resultType === 'scalar') return numberIn(samples[1]);
  if (resultType !== 'vector') throw new QueryError(`${query}: gives a ${resultType}, not one number; aggregate it`);
  if (samples.length > 1) throw new QueryError(`${query}: gives ${samples.length} series, not one; aggregate them`);
  const value: unknown = Object(samples[0]).value;
  return Array.isArray(value) ? numberIn(value[1]) : undefined;
}

function numberIn(text: unknown): number | undefined {
  const number = typeof text === 'string' ? Number(text) : Number.NaN;
  return Number.isNaN(number) ? undefined : number;
}
