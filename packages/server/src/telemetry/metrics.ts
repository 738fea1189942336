/** Every figure of the server: its name, labels and buckets, written once. What a request touches are plain numbers. */
import { performance } from 'node:perf_hooks';
import { durationMs } from '@segment-store/contract/manifest';
import { Buckets, type Count, Family } from './cells.ts';
import { classOf, type Watch } from './measured.ts';
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

interface ServedGeneration {
  readonly run: string;
  readonly computedAt: Date;
  /** ISO 8601 duration. */
  readonly expectedEvery?: string;
}

/** Of this moment, asked for when somebody scrapes. */
interface Levels {
  /** What is served; undefined while nothing is. */
  generation?(): ServedGeneration | undefined;
  /** Of what is served; undefined while nothing is. */
  epochs?(): { readonly epoch: number; readonly floor: number } | undefined;
  /** When the last key of each service ends. */
  keyEnds?(): readonly { readonly name: string; readonly endsAt: Date }[];
  /** By dependency. */
  readonly breakers?: Readonly<Record<string, { readonly state: keyof typeof STATES }>>;
  /** By dependency. */
  readonly limiters?: Readonly<Record<string, { readonly inFlight: number }>>;
  /** Of the configuration it runs with. */
  readonly configHash?: string;
  /** What of the requests of a class is refused now because the event loop does not keep up, 0 to 1. */
  shed?(): Readonly<Record<string, number>>;
  /** Which process of several this is. */
  readonly place?: { readonly slot: number; readonly starts: number };
  /** Requests that wait for an answer another one asked for. */
  waiters?(): number;
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
const STATES = { closed: 0, 'half-open': 1, open: 2 };

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
  const watched: Levels[] = [];
  gatherLevels(registry, watched);
  gatherShedding(registry, watched);
  gatherWorkers(registry, watched, answers);
  gatherGeneration(registry, watched, now);
  gatherKeys(registry, watched, now);
  const compared = countCompared(registry);
  const [operation, cache, answered, shed] = [operations.bind(), caches.bind(), freshness.bind(), sheds.bind()];
  return {
    route({ method, template }) {
      const cells = answers.bind(method, template);
      return (answered) => {
        const { status, seconds } = answered;
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

/** `segment_shed_total` tells what was; whether it goes on is seen here without waiting for a second scrape. */
function gatherShedding(registry: Registry, all: readonly Levels[]): void {
  registry.level({
    name: 'segment_shed_ratio',
    help: 'Share of the requests of a class that is refused now for load of the event loop.',
    labelNames: ['class'],
    ask: () =>
      all
        .flatMap(({ shed }) => Object.entries(shed?.() ?? {}))
        .map(([name, value]) => ({ labels: { class: name }, value })),
  });
}

/** How evenly requests are spread, and how often a process had to be replaced. */
function gatherWorkers(registry: Registry, all: readonly Levels[], answers: Family<Buckets>): void {
  const places = () =>
    all.flatMap(({ place }) => list(place)).map(({ slot, starts }) => ({ labels: { worker: `${slot}` }, starts }));
  const answered = () => answers.list().reduce((sum, { cell }) => sum + (cell.cumulative.at(-1) ?? 0), 0);
  registry.counts(
    { name: 'segment_worker_requests_total', help: 'Answers of each worker.' },
    { names: ['worker'], list: () => places().map(({ labels }) => ({ labels, cell: { value: answered() } })) },
  );
  registry.level({
    name: 'segment_worker_starts',
    help: 'How often a worker was started in each place.',
    labelNames: ['worker'],
    ask: () => places().map(({ labels, starts }) => ({ labels, value: starts })),
  });
}

/** What is served, and whether it is late. */
function gatherGeneration(registry: Registry, all: readonly Levels[], now: () => number): void {
  const generation = () => list(all.map((one) => one.generation?.()).find((one) => one !== undefined));
  const epochs = () => list(all.map((one) => one.epochs?.()).find((one) => one !== undefined));
  const level = (name: string, help: string, ask: () => readonly number[]) =>
    registry.level({ name, help, ask: () => ask().map((value) => ({ value })) });
  registry.level({
    name: 'segment_generation_info',
    help: 'The generation that is served.',
    labelNames: ['generation'],
    ask: () => generation().map(({ run }) => ({ labels: { generation: run }, value: 1 })),
  });
  level('segment_generation_age_seconds', 'Since the calculation of what is served.', () =>
    generation().map(({ computedAt }) => (now() - computedAt.getTime()) / 1000),
  );
  level('segment_generation_expected_seconds', 'How often its run says that one like it comes.', () =>
    generation().flatMap(({ expectedEvery }) => list(expectedEvery).map((every) => durationMs(every) / 1000)),
  );
  level('segment_epoch', 'Raised by each publish and roll back.', () => epochs().map(({ epoch }) => epoch));
  level('segment_epoch_floor', 'Raised by each roll back: answers of an epoch below it are withdrawn.', () =>
    epochs().map(({ floor }) => floor),
  );
}

/** The soonest to end, which are few: whoever has many services must not lose other figures to them. */
const KEYS_SHOWN = 20;
/** Whoever has not renewed by then does not want to. */
const KEY_ENDED_MS = 7 * 86_400_000;

function gatherKeys(registry: Registry, all: readonly Levels[], now: () => number): void {
  registry.level({
    name: 'segment_key_expiry_timestamp_seconds',
    help: 'When the last key of a service ends.',
    labelNames: ['key'],
    ask: () =>
      all
        .flatMap(({ keyEnds }) => keyEnds?.() ?? [])
        .filter(({ endsAt }) => endsAt.getTime() > now() - KEY_ENDED_MS)
        .toSorted((one, other) => one.endsAt.getTime() - other.endsAt.getTime())
        .slice(0, KEYS_SHOWN)
        .map(({ name, endsAt }) => ({ labels: { key: name }, value: endsAt.getTime() / 1000 })),
  });
}

function gatherLevels(registry: Registry, all: readonly Levels[]): void {
  const labelled = <T>(of: (levels: Levels) => Readonly<Record<string, T>> | undefined, value: (one: T) => number) =>
    all.flatMap((levels) =>
      Object.entries(of(levels) ?? {}).map(([dependency, one]) => ({ labels: { dependency }, value: value(one) })),
    );
  registry.level({
    name: 'segment_breaker_state',
    help: '0 closed, 1 half-open, 2 open.',
    labelNames: ['dependency'],
    ask: () =>
      labelled(
        ({ breakers }) => breakers,
        ({ state }) => STATES[state],
      ),
  });
  registry.level({
    name: 'segment_inflight',
    help: 'Calls that a dependency has not answered yet.',
    labelNames: ['dependency'],
    aggregator: 'sum',
    ask: () =>
      labelled(
        ({ limiters }) => limiters,
        ({ inFlight }) => inFlight,
      ),
  });
  registry.level({
    name: 'segment_singleflight_waiters',
    help: 'Requests that wait for an answer another one asked for.',
    aggregator: 'sum',
    ask: () => all.flatMap(({ waiters }) => list(waiters?.())).map((value) => ({ value })),
  });
  registry.level({
    name: 'segment_config_info',
    help: 'Digest of the configuration, secrets left out.',
    labelNames: ['hash'],
    ask: () => all.flatMap(({ configHash }) => list(configHash)).map((hash) => ({ labels: { hash }, value: 1 })),
  });
  let before = performance.eventLoopUtilization();
  registry.level({
    name: 'nodejs_eventloop_utilization_ratio',
    help: 'Share of the time since the scrape before in which the event loop was busy.',
    ask() {
      const current = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(current, before);
      before = current;
      return [{ value: utilization }];
    },
  });
}

const list = <T>(one: T | undefined): readonly T[] => (one === undefined ? [] : [one]);
