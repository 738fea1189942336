/** Plain numbers as Prometheus reads them. prom-client sees them when somebody scrapes; a request never meets it. */
import {
  AggregatorRegistry,
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  Registry as PromRegistry,
} from 'prom-client';
import type { Buckets, Count, Family, Labels } from './cells.ts';

interface Named {
  readonly name: string;
  readonly help: string;
}

interface Level extends Named {
  readonly labelNames?: readonly string[];
  /** Of several processes: the highest unless said. */
  readonly aggregator?: 'sum' | 'max';
  /** Empty while there is none. */
  ask(): readonly { readonly labels?: Labels; readonly value: number }[];
}

/** What one process measured, as it travels to whoever adds up. */
export type Figures = Awaited<ReturnType<PromRegistry['getMetricsAsJSON']>>;

/** What a family of counts is, and any list of some. */
interface Counted {
  readonly names: readonly string[];
  list(): readonly { readonly labels: Labels; readonly cell: Count }[];
}

export interface Registry {
  counts(named: Named, family: Counted): void;
  durations(named: Named, family: Family<Buckets>): void;
  level(level: Level): void;
  figures(): Promise<Figures>;
}

export const CONTENT_TYPE: string = PromRegistry.PROMETHEUS_CONTENT_TYPE;

export const summed = (all: readonly Figures[]): Promise<Figures> =>
  AggregatorRegistry.aggregate([...all]).getMetricsAsJSON();

/** The text that Prometheus reads, of all processes together. */
export const exposition = (all: readonly Figures[]): Promise<string> =>
  AggregatorRegistry.aggregate([...all]).metrics();

/** Its own figures of process, heap, garbage collection and event loop are in it from the start. */
export function createRegistry(): Registry {
  const registry = new PromRegistry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    counts(named, family) {
      const collect = function (this: Counter) {
        this.reset();
        for (const { labels, cell } of family.list()) this.inc(labels, cell.value);
      };
      new Counter({ ...named, labelNames: family.names, registers, collect });
    },
    durations: (named, family) => registry.registerMetric(new Durations(named, family)),
    level({ ask, labelNames = [], ...named }) {
      const collect = function (this: Gauge) {
        this.reset();
        // Without labels it would be 0 now, which is a figure.
        if (labelNames.length === 0) this.remove();
        for (const { labels = {}, value } of ask()) this.set(labels, value);
      };
      new Gauge({ aggregator: 'max', ...named, labelNames, registers, collect });
    },
    figures: () => registry.getMetricsAsJSON(),
  };
}

class Durations extends Histogram {
  readonly #name: string;
  readonly #family: Family<Buckets>;

  constructor(named: Named, family: Family<Buckets>) {
    super({ ...named, labelNames: family.names, registers: [] });
    this.#name = named.name;
    this.#family = family;
  }

  override async get(): ReturnType<Histogram['get']> {
    const values = this.#family.list().flatMap(({ labels, cell }) => samples(this.#name, labels, cell));
    return { ...(await super.get()), values };
  }
}

function samples(name: string, labels: Labels, { bounds, cumulative, sum }: Buckets) {
  const buckets = cumulative.map((value, index) => ({
    metricName: `${name}_bucket`,
    labels: { le: bounds[index] ?? '+Inf', ...labels },
    value,
  }));
  const count = cumulative.at(-1) ?? 0;
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
