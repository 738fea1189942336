/** What becomes of the service, and how it is put right again. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Direction, type Fault, type FaultProxy, startFaultProxy } from '@segment-store/services/fault-proxy';
import { type Service, startService } from '../service.ts';

/** The service behind the proxy. */
export interface Arena extends AsyncDisposable {
  readonly url: string;
  readonly proxy: FaultProxy;
  service: Service;
}

export async function openArena(): Promise<Arena> {
  const service = await startService();
  const proxy = await startFaultProxy(service.url);
  const arena: Arena = {
    url: proxy.url,
    proxy,
    service,
    async [Symbol.asyncDispose]() {
      arena.service[Symbol.dispose]();
      await proxy.stop();
    },
  };
  return arena;
}

/** Begins it; what it is waited for ends while calls are made. */
type Begin = (arena: Arena) => Promise<void>;

const DOWN_MS = 1_000;
const injected =
  (fault: Fault, ...directions: readonly Direction[]): Begin =>
  async ({ proxy }) => {
    for (const direction of directions) proxy.inject(fault, direction);
  };
const failing =
  (part: number): Begin =>
  async ({ service }) =>
    service.fail(part);

export type FaultName = keyof typeof faults;

export const faults: Readonly<
  Record<
    'healthy' | 'slow' | 'errors-50' | 'errors-100' | 'blackhole' | 'restart' | 'drip' | 'reset' | 'cut-answers',
    Begin
  >
> = {
  healthy: async () => {},
  slow: injected({ kind: 'latency', ms: 2_000 }, 'answers'),
  'errors-50': failing(0.5),
  'errors-100': failing(1),
  blackhole: injected({ kind: 'blackhole' }, 'requests', 'answers'),
  restart: async (arena) => {
    await arena.service.die();
    await pause(DOWN_MS);
    arena.service = await startService(arena.service.port);
  },
  drip: injected({ kind: 'drip', bytes: 10, everyMs: 20 }, 'answers'),
  reset: injected({ kind: 'reset' }, 'answers'),
  'cut-answers': injected({ kind: 'cut', afterBytes: 100 }, 'answers'),
};
