/** Every figure of the server: its name, labels and buckets, written once. What a request touches are plain numbers. */
import { Buckets, type Count, Family } from './cells.ts';
import { KeyRequests } from './key-requests.ts';
import { gatherLevels, type Levels, type STATES } from './levels.ts';
import { classOf, keyNameOf, type Watch } from './measured.ts';
import { createRegistry, type Figures, type Registry } from './registry.ts';

/** Where an answer was looked for, and what was found there. */
type Tier = 'l1' | 'redis' | 'store';
type Found = 'hit' | 'stale' | 'miss' | 'error';

/**
 * How new what a customer was answered is: of the generation that is served; of the one before, which a publish leaves in
 * memory for ten minutes; of the one before because the store fails; of a generation three times as old as is expected.
 */
export type Freshness = 'current' | 'former' | 'stale' | 'outdated';

/** What became of an answer in memory that was compared with the store: `failed` when the store did not say. */
export type Compared = 'agrees' | 'differs' | 'failed';

/** A call to a dependency, well or badly ended. */
export interface Operation {
  readonly system: 'redis' | 'elasticsearch' | 'embedded';
  /** `get`, `mget`, `set`. */
  readonly name: string;
  readonly seconds: number;
}

export interface Metrics extends Watch {
  cacheAsked(tier: Tier, found: Found): void;
  /** One customer. */
  answered(freshness: Freshness, from: 'memory' | 'read'): void;
  compared(result: Compared): void;
  shed(callerClass: string, reason: string): void;
  operated(operation: Operation): void;
  /** Adds to what was given before. */
  watch(levels: Levels): void;
  figures(): Promise<Figures>;
  counted(): Counted;
}

/** Of this process, since it started. */
export interface Counted {
  readonly breakers: Readonly<Record<string, keyof typeof STATES>>;
  readonly caches: readonly { readonly tier: string; readonly result: string; readonly count: number }[];
  readonly shed: readonly { readonly class: string; readonly reason: string; readonly count: number }[];
}

const HTTP_SECONDS = [
  ...[0.0005, 0.001, 0.00125, 0.002, 0.003, 0.005, 0.008, 0.0125],
  ...[0.02, 0.03, 0.05, 0.075, 0.1, 0.25, 0.5, 1],
];
const STORE_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25];
const FAST_SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025];

/** 80 outcomes of 19 series each, and all the rest: below 2,000 a process. */
const MOST = { answers: 80, operations: 8, caches: 12, freshness: 8, sheds: 30 };
const STATUSES = ['none', '1xx', '2xx', '3xx', '4xx', '5xx'];

export function createMetrics(now: () => number = Date.now): Metrics {
  const registry = createRegistry();
  const answers = new Family(['status', 'class', 'method', 'route'], MOST.answers, () => new Buckets(HTTP_SECONDS));
  const operations = new Family(
    ['db_system_name', 'db_operation_name'],
    MOST.operations,
    ({ db_system_name }) => new Buckets(db_system_name === 'elasticsearch' ? STORE_SECONDS : FAST_SECONDS),
  );
  const caches = new Family<Count>(['tier', 'result'], MOST.caches, () => ({ value: 0 }));
  const freshness = new Family<Count>(['freshness', 'from'], MOST.freshness, () => ({ value: 0 }));
  const sheds = new Family<Count>(['class', 'reason'], MOST.sheds, () => ({ value: 0 }));
  registry.durations(
    { name: 'http_server_request_duration_seconds', help: 'From the handler to its response.' },
    answers,
  );
  registry.durations(
    { name: 'db_client_operation_duration_seconds', help: 'Calls to Redis and the store.' },
    operations,
  );
  registry.counts({ name: 'segment_cache_requests_total', help: 'Where answers were looked for.' }, caches);
  registry.counts({ name: 'segment_answers_total', help: 'Customers answered, by how new the answer is.' }, freshness);
  registry.counts({ name: 'segment_shed_total', help: 'Requests refused before they cost anything.' }, sheds);
  const keyRequests = new KeyRequests();
  registry.counts({ name: 'segment_key_requests_total', help: 'Requests by the name of their key.' }, keyRequests);
  const watched: Levels[] = [];
  gatherLevels(registry, watched, now);
  countWorkers(registry, watched, answers);
  const compared = countCompared(registry);
  const [operation, cache, answered, shed] = [operations.bind(), caches.bind(), freshness.bind(), sheds.bind()];
  return {
    route({ method, template }) {
      const cells = answers.bind(method, template);
      return (answered) => {
        const { status, seconds } = answered;
        const name = keyNameOf(answered);
        if (name !== undefined) keyRequests.count(name);
        cells(STATUSES[Math.trunc(status / 100)] ?? 'none', classOf(answered) ?? 'none').observe(seconds);
      };
    },
    cacheAsked(tier, found) {
      cache(tier, found).value += 1;
    },
    answered(howNew, from) {
      answered(howNew, from).value += 1;
    },
    compared,
    shed(callerClass, reason) {
      shed(callerClass, reason).value += 1;
    },
    operated: ({ system, name, seconds }) => operation(system, name).observe(seconds),
    watch(levels) {
      watched.push(levels);
    },
    figures: registry.figures,
    counted: () => countedIn(watched, caches, sheds),
  };
}

function countedIn(watched: readonly Levels[], caches: Family<Count>, sheds: Family<Count>): Counted {
  const states = watched.flatMap(({ breakers = {} }) =>
    Object.entries(breakers).map(([name, { state }]) => [name, state]),
  );
  return {
    breakers: Object.fromEntries(states),
    caches: caches.list().map(({ labels, cell }) => ({
      tier: labels.tier ?? '',
      result: labels.result ?? '',
      count: cell.value,
    })),
    shed: sheds.list().map(({ labels, cell }) => ({
      class: labels.class ?? '',
      reason: labels.reason ?? '',
      count: cell.value,
    })),
  };
}

function countCompared(registry: Registry): Metrics['compared'] {
  const counts = { agrees: { value: 0 }, differs: { value: 0 }, failed: { value: 0 } };
  const list = () => Object.entries(counts).map(([result, cell]) => ({ labels: { result }, cell }));
  const help = 'Answers in memory that were compared with the store.';
  registry.counts({ name: 'segment_canary_total', help }, { names: ['result'], list });
  return (result) => {
    counts[result].value += 1;
  };
}

/** How evenly requests are spread. */
function countWorkers(registry: Registry, all: readonly Levels[], answers: Family<Buckets>): void {
  const places = () => all.flatMap(({ place }) => (place === undefined ? [] : [{ worker: `${place.slot}` }]));
  const answered = () => answers.list().reduce((sum, { cell }) => sum + (cell.cumulative.at(-1) ?? 0), 0);
  registry.counts(
    { name: 'segment_worker_requests_total', help: 'Answers of each worker.' },
    { names: ['worker'], list: () => places().map((labels) => ({ labels, cell: { value: answered() } })) },
  );
}
