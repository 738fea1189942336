/** Where the server is reached: a port for everybody and, if it is wanted, one for probes and figures alone. */
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { type AppDeps, createApp, createOps, UNROUTED } from './app.ts';
import { type Listener, type ListenOptions, listen } from './listen.ts';

const DRAIN_MS = 20_000;

export interface Doors {
  readonly url: string;
  readonly opsUrl: string | undefined;
  /** Resolves when nobody is answered any more; probes and figures go on to the end. */
  drain(delayMs: number): Promise<void>;
}

/** @throws CommandError exit 2 for a port it cannot use */
export async function openDoors(
  deps: AppDeps,
  { opsPort, ...given }: ListenOptions & { readonly opsPort: number | undefined },
): Promise<Doors> {
  const answered = deps.watch.route(UNROUTED);
  const onRefused = (status: number) => answered({ status, seconds: 0, context: undefined });
  const options = { ...given, onRefused };
  const main = await bound(createApp(deps), options, '--port');
  const ops =
    opsPort === undefined ? undefined : await bound(createOps(deps), { ...options, port: opsPort }, '--ops-port');
  return {
    url: main.url,
    opsUrl: ops?.url,
    async drain(delayMs) {
      await main.drain(DRAIN_MS, delayMs);
      await ops?.drain(DRAIN_MS);
    },
  };
}

async function bound(app: Parameters<typeof listen>[0], options: ListenOptions, flag: string): Promise<Listener> {
  const { host, port } = options;
  try {
    return await listen(app, options);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const why = { EADDRINUSE: 'is in use by another process', EACCES: 'needs rights this process has not' }[`${code}`];
    if (why === undefined) throw error;
    throw new CommandError(exitCode.usage, `port ${port} on ${host} ${why}; choose another with ${flag}, or 0 for any`);
  }
}
