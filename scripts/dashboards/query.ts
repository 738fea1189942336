/** What a panel asks, once, in the words of Prometheus and of Datadog. */

/** An array: any of them; `*` stands for any characters. */
type Where = Readonly<Record<string, string | readonly string[]>>;

interface Metric {
  readonly metric: string;
  readonly where?: Where;
  readonly without?: Where;
  readonly by?: readonly string[];
}

export type Query =
  /** Of a counter, a second. */
  | (Metric & { readonly kind: 'rate' })
  /** Of a counter, in the last hour. */
  | (Metric & { readonly kind: 'increase' })
  | (Metric & { readonly kind: 'level'; readonly take: 'sum' | 'max' | 'min' | 'avg' })
  /** Seconds since the moment that a level is. */
  | (Metric & { readonly kind: 'since' })
  /** Of a histogram of seconds. */
  | (Metric & { readonly kind: 'percentile'; readonly percent: 50 | 75 | 99 })
  | { readonly kind: 'share'; readonly part: Query; readonly of: Query }
  /** Recording rules, alerts, `up`: Datadog has monitors and SLOs of its own. */
  | { readonly kind: 'prometheus'; readonly text: string };

/** Grafana puts the range in: at least four scrapes, more when the picture is wide. */
export const RANGE = '$__rate_interval';

export function toPromql(query: Query): string {
  switch (query.kind) {
    case 'rate':
      return `sum${by(query)}(rate(${selector(query)}[${RANGE}]))`;
    case 'increase':
      return `sum${by(query)}(increase(${selector(query)}[1h]))`;
    case 'level':
      return `${query.take}${by(query)}(${selector(query)})`;
    case 'since':
      return `time() - max${by(query)}(${selector(query)})`;
    case 'percentile': {
      const buckets = { ...query, metric: `${query.metric}_bucket` };
      const grouped = by({ ...query, by: ['le', ...(query.by ?? [])] });
      return `histogram_quantile(${query.percent / 100}, sum${grouped}(rate(${selector(buckets)}[${RANGE}])))`;
    }
    case 'share':
      return `${toPromql(query.part)} / ${toPromql(query.of)}`;
    case 'prometheus':
      return query.text;
  }
}

/** One query, or two of which the first is divided by the second; none for what Datadog cannot say. */
export function toDatadog(query: Query): readonly string[] {
  switch (query.kind) {
    case 'rate':
      return [`sum:${counter(query)}${scope(query)}.as_rate()`];
    case 'increase':
      return [`sum:${counter(query)}${scope(query)}.as_count().rollup(sum, 3600)`];
    case 'level':
      return [`${query.take}:segments.${query.metric}${scope(query)}`];
    case 'percentile':
      return [`p${query.percent}:segments.${query.metric}${scope(query)}`];
    case 'share':
      return [...toDatadog(query.part), ...toDatadog(query.of)];
    case 'since':
    case 'prometheus':
      return [];
  }
}

const by = ({ by: labels = [] }: Pick<Metric, 'by'>): string =>
  labels.length > 0 ? ` by (${labels.join(', ')}) ` : '';

function selector({ metric, where = {}, without = {} }: Metric): string {
  const matchers = [...matching(where, '='), ...matching(without, '!=')];
  return matchers.length > 0 ? `${metric}{${matchers.join(', ')}}` : metric;
}

function matching(where: Where, operator: '=' | '!='): readonly string[] {
  return Object.entries(where).map(([label, value]) => {
    const patterns = typeof value === 'string' ? [value] : value;
    if (patterns.length === 1 && !patterns[0]?.includes('*')) return `${label}${operator}"${patterns[0]}"`;
    const anyOf = patterns.map((pattern) => pattern.replaceAll('.', '[.]').replaceAll('*', '.*')).join('|');
    return `${label}${operator.replace('=', '=~').replace('!=~', '!~')}"${anyOf}"`;
  });
}

/** Its agent takes the end of a counter off, and makes three of a histogram. */
function counter({ metric }: Metric): string {
  const name = metric.replace(/_(total|count|sum)$/, '');
  return `segments.${name}.${metric.endsWith('_sum') ? 'sum' : 'count'}`;
}

function scope({ where = {}, without = {}, by: labels = [] }: Metric): string {
  const tags = [...tagged(where, ''), ...tagged(without, 'NOT ')];
  const grouped = labels.length > 0 ? ` by {${labels.join(',')}}` : '';
  return `{${tags.length > 0 ? tags.join(' AND ') : '*'}}${grouped}`;
}

function tagged(where: Where, not: '' | 'NOT '): readonly string[] {
  return Object.entries(where).map(([label, value]) =>
    typeof value === 'string' ? `${not}${label}:${value}` : `${not}${label} IN (${value.join(',')})`,
  );
}
