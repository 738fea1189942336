/** What is asked for when somebody scrapes: each level's name is written here, once. */
import { performance } from 'node:perf_hooks';
import { durationMs } from '@segment-store/contract/manifest';
import type { Registry } from './registry.ts';

interface ServedGeneration {
  readonly run: string;
  readonly computedAt: Date;
  /** ISO 8601 duration. */
  readonly expectedEvery?: string;
}

/** Of this moment, asked for when somebody scrapes. */
export interface Levels {
  /** What is served; undefined while nothing is. */
  generation?(): ServedGeneration | undefined;
  /** Of what is served; undefined while nothing is. */
  epochs?(): { readonly epoch: number; readonly floor: number } | undefined;
  /** As far as this process knows. */
  rollouts?(): readonly { readonly name: string; readonly state: string; readonly open: number }[];
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

export const STATES = { closed: 0, 'half-open': 1, open: 2 };

export function gatherLevels(registry: Registry, all: readonly Levels[], now: () => number): void {
  gatherGeneration(registry, all, now);
  gatherDependencies(registry, all);
  gatherShedding(registry, all);
  gatherStarts(registry, all);
  gatherKeys(registry, all, now);
  gatherRollouts(registry, all);
  gatherProcess(registry);
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

const ROLLOUTS_SHOWN = 100;

function gatherRollouts(registry: Registry, all: readonly Levels[]): void {
  registry.level({
    name: 'segment_rollout_open_stages',
    help: 'How many stages of a rollout are open; its state is planned, open or halted.',
    labelNames: ['rollout', 'state'],
    ask: () =>
      all
        .flatMap(({ rollouts }) => rollouts?.() ?? [])
        .slice(0, ROLLOUTS_SHOWN)
        .map(({ name, state, open }) => ({ labels: { rollout: name, state }, value: open })),
  });
}

/** The soonest to end, which are few: whoever has many services must not lose other figures to them. */
const KEYS_SHOWN = 20;
/** Whoever has not renewed by then does not want to. */
const KEY_ENDED_MS = 7 * 86_400_000;

function gatherKeys(registry: Registry, all: readonly Levels[], now: () => number): void {
  const soonest = () =>
    all
      .flatMap(({ keyEnds }) => keyEnds?.() ?? [])
      .map(({ name, endsAt }) => ({ labels: { key: name }, endsAt: endsAt.getTime() }))
      .filter(({ endsAt }) => endsAt > now() - KEY_ENDED_MS)
      .toSorted((one, other) => one.endsAt - other.endsAt)
      .slice(0, KEYS_SHOWN);
  registry.level({
    name: 'segment_key_expiry_timestamp_seconds',
    help: 'When the last key of a service ends.',
    labelNames: ['key'],
    ask: () => soonest().map(({ labels, endsAt }) => ({ labels, value: endsAt / 1000 })),
  });
  registry.level({
    name: 'segment_key_remaining_seconds',
    help: 'Until the last key of a service ends, for whoever cannot compare a moment with now.',
    labelNames: ['key'],
    ask: () => soonest().map(({ labels, endsAt }) => ({ labels, value: (endsAt - now()) / 1000 })),
  });
}

function gatherDependencies(registry: Registry, all: readonly Levels[]): void {
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
}

/** Of several processes that of the newest: prom-client's own figure is left out of what is added up. */
function gatherProcess(registry: Registry): void {
  registry.level({
    name: 'segment_start_time_seconds',
    help: 'When the newest process of this server was started.',
    ask: () => [{ value: Math.round(performance.timeOrigin / 1000) }],
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

function gatherStarts(registry: Registry, all: readonly Levels[]): void {
  registry.level({
    name: 'segment_worker_starts',
    help: 'How often a worker was started in each place.',
    labelNames: ['worker'],
    ask: () =>
      all
        .flatMap(({ place }) => list(place))
        .map(({ slot, starts }) => ({ labels: { worker: `${slot}` }, value: starts })),
  });
}

const list = <T>(one: T | undefined): readonly T[] => (one === undefined ? [] : [one]);
