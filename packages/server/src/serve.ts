/** Config → a server that answers until it is told to stop. */
import type { Context } from '@segment-store/cli/command';
import type { ResultEvent, Say } from '@segment-store/cli/event';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { aborted } from '@segment-store/cli/signals';
import { isFailure } from '@segment-store/resilience/failure';
import { unlimited } from '@segment-store/resilience/operation';
import { sleep, systemTime } from '@segment-store/resilience/time';
import { openStore } from '@segment-store/store/open';
import type { Store } from '@segment-store/store/store';
import type { RunningAdmission } from './admission/create-admission.ts';
import type { KeyEnd } from './admission/key-ends.ts';
import { checkLoopback } from './admission/loopback.ts';
import { openAdmission } from './admission/open-admission.ts';
import type { AppDeps } from './app.ts';
import type { Config } from './config.ts';
import { consoleConfig } from './console/config.ts';
import { readDocument } from './document.ts';
import { type Doors, openDoors } from './doors.ts';
import type { ListenOptions } from './listen.ts';
import { createServing, type Served } from './lookup/create-serving.ts';
import { ErasedCustomers } from './lookup/erased.ts';
import { openRedis } from './lookup/open-redis.ts';
import type { RedisTier } from './lookup/redis.ts';
import type { Versioned } from './rollouts/followed-board.ts';
import type { Climb } from './rollouts/ladder.ts';
import { openRollouts } from './rollouts/open-rollouts.ts';
import type { ProcessStatus } from './routes/status.ts';
import { sayOnce } from './say-once.ts';
import type { Keeper } from './state/keeper.ts';
import { openState } from './state/open-state.ts';
import type { StateDir } from './state/state-dir.ts';
import { exposition, type Figures } from './telemetry/registry.ts';
import { openTelemetry, type Telemetry } from './telemetry/telemetry.ts';
import { VERSION } from './version.ts';
import { withoutPassword } from './without-password.ts';

const CLOSE_MS = 1_000;
/** For the last words into the state directory. */
const KEEP_MS = 5_000;

/** What one process does otherwise when it is one of several. */
export interface Part {
  readonly place?: { readonly slot: number; readonly starts: number };
  /** Of all processes of one server. Default: one of its own. */
  readonly consoleSecret?: Uint8Array;
  readonly begin: Begin;
  /** Own figures → those of all. */
  scrape(own: () => Promise<Figures>): () => Promise<string>;
}

/** Takes requests and follows the store, in an order of its own. */
export type Begin = (steps: {
  readonly open: () => Promise<Doors>;
  readonly follow: () => Promise<void>;
}) => Promise<{ readonly doors: Doors; readonly following: Promise<void> }>;

export const openThenFollow: Begin = async ({ open, follow }) => ({ doors: await open(), following: follow() });

const alone: Part = {
  begin: openThenFollow,
  scrape: (own) => async () => exposition([await own()]),
};

/** Resolves once a signal has ended it. @throws CommandError exit 2 for a store, an address or a port it cannot use */
export async function serve(config: Config, context: Context, part: Part = alone): Promise<void> {
  const { say, signal } = context;
  const parts = await assembled(config, context, part);
  const { serving, erased } = parts.deps;
  using _ = parts.admission;
  const end = new AbortController();
  const call = { ...unlimited, signal: AbortSignal.any([signal, end.signal]) };
  // Before anybody can ask: who is erased is answered to nobody.
  const following = [erased.follow(call), parts.canary(call)];
  const opened: Doors[] = [];
  const steps: Parameters<Begin>[0] = {
    async open() {
      const doors = await openDoors(parts.deps, { ...config.listen, check: checkOf(config) });
      opened.push(doors);
      say(listening(doors));
      return doors;
    },
    follow() {
      say({ kind: 'stage', stage: 'starting', detail: `waiting for the store ${withoutPassword(config.store.url)}` });
      const follows = serving.follow(call);
      following.push(follows);
      return follows;
    },
  };
  try {
    const begun = await part.begin(steps);
    await Promise.race([begun.following.catch(refuse), aborted(signal)]);
  } finally {
    if (signal.aborted) serving.drain();
    for (const doors of opened) await doors.drain(signal.aborted ? config.drainDelayMs : 0);
    await Promise.race([parts.keeper.close(), sleep(KEEP_MS, unlimited.signal)]);
    end.abort();
    // Nobody is served any more: a store that never answers must not hold the process.
    await Promise.all([
      parts.telemetry.close(),
      Promise.race([closeAll(following, parts), sleep(CLOSE_MS, unlimited.signal)]),
    ]);
  }
}

interface Parts {
  readonly deps: AppDeps & { readonly erased: ErasedCustomers };
  readonly admission: RunningAdmission;
  readonly keeper: Keeper;
  readonly canary: Served['canary'];
  readonly store: Store;
  readonly redis: RedisTier;
  readonly telemetry: Telemetry;
  readonly opened: AsyncDisposable;
}

/** Nobody asks yet, nothing is followed. */
async function assembled(config: Config, { say }: Context, part: Part): Promise<Parts> {
  const store = toStore(config.store);
  const telemetry = await openTelemetry(config.telemetry, { say, place: part.place });
  const { metrics } = telemetry;
  const redis = await openRedis(config.redis, { say, metrics });
  const dir = await openState(config, part.place?.slot, say);
  const erased = createErased(config, { store, dir, say });
  const { serving, keeper, canary } = createServing(config, { store, dir, redis, erased, metrics, say });
  metrics.watch({ generation: () => serving.pin?.reader.generation, configHash: config.fingerprint.hash });
  metrics.watch({ epochs: () => serving.pin });
  let ends: readonly KeyEnd[] = [];
  metrics.watch({ keyEnds: () => ends });
  const opened = await openRollouts(config.database, say);
  metrics.watch({ rollouts: () => [...(opened.rollouts.glance()?.rollouts ?? [])].map(toLevel) });
  const admission = await openAdmission(config.admission, {
    workers: config.workers,
    onRefused: metrics.shed,
    onKeyEnds: (all) => {
      ends = all;
    },
    onNews: (text) => say({ kind: 'note', text }),
    onTrouble: (text) => say({ kind: 'warning', text }),
  });
  metrics.watch({ shed: () => admission.state().shed });
  const deps = {
    serving,
    store,
    erased,
    document: await readDocument(),
    admission,
    rollouts: opened.rollouts,
    console: consoleConfig(config, part.consoleSecret),
    status: { build: buildOf(part), counted: metrics.counted },
    time: systemTime,
    ...telemetry,
    scrape: part.scrape(metrics.figures),
    report: (error: unknown) => say({ kind: 'warning', text: `unexpected: ${described(error)}` }),
  };
  say({ kind: 'note', text: `configuration ${config.fingerprint.hash}: ${config.fingerprint.changes}` });
  return { deps, admission, keeper, canary, store, redis, telemetry, opened };
}

async function closeAll(following: readonly Promise<void>[], { deps, store, redis, opened }: Parts): Promise<void> {
  await Promise.allSettled(following); // what went wrong was said already
  await deps.serving.close();
  redis.close();
  await opened[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
}

const checkOf = ({ admission }: Config): ListenOptions['check'] =>
  admission.knowsCallers ? () => undefined : checkLoopback;

function createErased(
  { store: { pollMs } }: Config,
  { store, dir, say }: { readonly store: Store; readonly dir: StateDir; readonly say: Say },
): ErasedCustomers {
  const onTrouble = sayOnce(say, 'the list of erased customers cannot be followed, trying again');
  return new ErasedCustomers({ erasures: store.erasures, kept: dir.erased, retryMs: pollMs, onTrouble });
}

function buildOf({ place }: Part): ProcessStatus['build'] {
  return { version: VERSION, startedAt: new Date(), ...(place && { worker: place.slot }) };
}

function listening({ url, opsUrl }: Doors): ResultEvent {
  const ops = opsUrl === undefined ? '' : `, probes and figures on ${opsUrl}`;
  return { kind: 'result', text: `listening on ${url}${ops}`, data: { url, ...(opsUrl !== undefined && { opsUrl }) } };
}

function toStore({ url, prefix, pollMs }: Config['store']): Store {
  try {
    return openStore(url, { prefix, pollMs });
  } catch (error) {
    throw new CommandError(exitCode.usage, `--store: ${described(error)}`, { cause: error });
  }
}

/** The store is there and can never be served. */
function refuse(error: unknown): never {
  if (!isFailure(error)) throw error;
  throw new CommandError(exitCode.usage, `--store: ${error.message}`, { cause: error });
}

const toLevel = ([name, { value }]: readonly [string, Versioned<Climb>]) => ({ name, ...value });

const described = (error: unknown): string => (error instanceof Error ? error.message : String(error));
