/** Series of a Prometheus, over its HTTP API. */
import { RANGE } from './query.ts';

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since 1970 and value; what is no number is left out. */
  readonly points: readonly (readonly [number, number])[];
}

export interface Span {
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
}

/** Where Grafana would choose a range, it is a minute here. */
export const withRange = (promql: string): string => promql.replaceAll(RANGE, '1m');

/** @throws Error with Prometheus's own words when it refuses the query */
export async function askPrometheus(url: string, promql: string, { from, to, stepSeconds }: Span): Promise<Series[]> {
  const query = new URLSearchParams({
    query: withRange(promql),
    start: `${from}`,
    end: `${to}`,
    step: `${stepSeconds}`,
  });
  const response = await fetch(`${url}/api/v1/query_range?${query}`);
  const answer: Answer = JSON.parse(await response.text());
  if (answer.status !== 'success') throw new Error(`${url} refused ${promql}: ${answer.error}`);
  return answer.data.result.map(({ metric, values }) => ({
    labels: metric,
    points: values.map(([at, value]) => [at, Number(value)] as const).filter(([, value]) => Number.isFinite(value)),
  }));
}

type Answer =
  | { readonly status: 'error'; readonly error: string }
  | {
      readonly status: 'success';
      readonly data: {
        readonly result: readonly {
          readonly metric: Readonly<Record<string, string>>;
          readonly values: readonly (readonly [number, string])[];
        }[];
      };
    };
