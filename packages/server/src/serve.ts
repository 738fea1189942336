/** Config → a server that answers until it is told to stop. */
import type { Context } from '@segment-store/cli/command';
import type { Say } from '@segment-store/cli/event';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { createCircuitBreaker } from '@segment-store/resilience/circuit-breaker';
import { isFailure } from '@segment-store/resilience/failure';
import { createLimiter } from '@segment-store/resilience/limit';
import { unlimited } from '@segment-store/resilience/operation';
import { sleep, systemTime } from '@segment-store/resilience/time';
import { openStore } from '@segment-store/store/open';
import type { Store } from '@segment-store/store/store';
import { createKeyless } from './admission/keyless.ts';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import { readDocument } from './document.ts';
import { type Listener, listen } from './listen.ts';
import { encode } from './lookup/answer.ts';
import { createL1 } from './lookup/l1.ts';
import { createReadPath } from './lookup/read-path.ts';
import { Serving, type State } from './lookup/serving.ts';
import { createMetrics } from './telemetry/metrics.ts';

const DRAIN_MS = 20_000;
const CLOSE_MS = 1_000;
/** From a roll back to its last withdrawn answer: to hear of it, and to open what is live in its place. */
const WITHDRAWN_MS = 10_000;

/** Resolves once a signal has ended it. @throws CommandError exit 2 for a store, an address or a port it cannot use */
export async function serve(config: Config, { say, signal }: Context): Promise<void> {
  const store = opened(config.store);
  const serving = createServing(store, config, say);
  const document = await readDocument();
  const admission = createKeyless();
  const metrics = createMetrics();
  metrics.watch({ generation: () => serving.pin?.reader.generation });
  const report = (error: unknown) => say({ kind: 'warning', text: `unexpected: ${described(error)}` });
  const listener = await bound(createApp({ serving, store, document, admission, watch: metrics, report }), config);
  say({ kind: 'result', text: `listening on ${listener.url}`, data: { url: listener.url } });
  say({ kind: 'stage', stage: 'starting', detail: `waiting for the store ${withoutPassword(config.store.url)}` });
  const following = serving.follow({ ...unlimited, signal });
  try {
    await Promise.race([following.catch(refuse), aborted(signal)]);
  } finally {
    serving.drain();
    await listener.drain(DRAIN_MS);
    const closed = closeAll(following, serving, store);
    // Nobody is served any more: a store that never answers must not hold the process.
    await Promise.race([closed, sleep(CLOSE_MS, unlimited.signal)]);
  }
}

async function closeAll(following: Promise<void>, serving: Serving, store: Store): Promise<void> {
  await following.catch(() => 'said already');
  await serving.close();
  await store[Symbol.asyncDispose]();
}

function createServing(store: Store, { reads, cacheBytes, store: { pollMs } }: Config, say: Say): Serving {
  const shared = { limiter: createLimiter(reads.atOnce), breaker: createCircuitBreaker(), ms: reads.ms, encode };
  const l1 = createL1(cacheBytes);
  let lastTrouble = '';
  return new Serving({
    store: store.reader,
    time: systemTime,
    retryMs: pollMs,
    withdrawnMs: WITHDRAWN_MS - pollMs,
    createPath: (reader, pin) => createReadPath(reader, { ...shared, l1: l1.cacheOf(reader.generation.run, pin) }),
    onState: (state) =>
      say({
        kind: 'stage',
        stage: state.state,
        detail: detailOf(state),
        ...(state.state === 'serving' && { idle: true }),
      }),
    onTrouble(error) {
      const text = `the live generation cannot be followed, trying again: ${described(error)}`;
      if (text !== lastTrouble) say({ kind: 'warning', text });
      lastTrouble = text;
    },
  });
}

function detailOf(state: State): string {
  if (state.state === 'starting') return state.why;
  if (state.state === 'switching') return `opening generation ${state.next}`;
  if (state.state === 'draining') return 'requests in flight end, no new ones are taken';
  const { reader, epoch } = state.pin;
  const { run, members, segments } = reader.generation;
  return `generation ${run}, epoch ${epoch}: ${members} customers, ${segments} segments`;
}

function opened({ url, prefix, pollMs }: Config['store']): Store {
  try {
    return openStore(url, { prefix, pollMs });
  } catch (error) {
    throw new CommandError(exitCode.usage, `--store: ${described(error)}`, { cause: error });
  }
}

async function bound(app: Parameters<typeof listen>[0], { listen: { host, port } }: Config): Promise<Listener> {
  try {
    return await listen(app, { host, port });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const why = { EADDRINUSE: 'is in use by another process', EACCES: 'needs rights this process has not' }[`${code}`];
    if (why === undefined) throw error;
    throw new CommandError(exitCode.usage, `port ${port} on ${host} ${why}; choose another with --port, or 0 for any`);
  }
}

/** The store is there and can never be served. */
function refuse(error: unknown): never {
  if (!isFailure(error)) throw error;
  throw new CommandError(exitCode.usage, `--store: ${error.message}`, { cause: error });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const described = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const withoutPassword = (url: string): string => url.replace(/\/\/[^/@]*@/, '//');
