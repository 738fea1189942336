import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Command, Leashed, type StopOptions } from './leashed.ts';

const pollMs = 100;

export interface Recipe {
  /** Names the process, its folder and its log. */
  readonly name: string;
  /** What to run; `folder` is fresh, for its data, and removed when it stops. */
  readonly command: (folder: string) => Promise<Command>;
  /** Resolves to true once it answers; asked again and again until then, a rejection is a "not yet". */
  readonly ready: () => Promise<boolean>;
  readonly readyWithinMs: number;
}

export interface ServerProcess {
  /** Of the server itself: signals sent to it reach no shim. */
  readonly pid: number;
  readonly folder: string;
  readonly logFile: string;
  /** Ends the server and removes its folder. Stopping twice is stopping once. */
  stop(options?: StopOptions): Promise<void>;
}

/** Starts a server on a leash and waits until it answers. It cannot outlive this process, however this process ends. */
export async function startProcess({ name, command, ready, readyWithinMs }: Recipe): Promise<ServerProcess> {
  const leashed = await Leashed.start(name, command);
  try {
    await untilReady(leashed, ready, readyWithinMs);
  } catch (error) {
    await leashed.end({ keepLog: true });
    throw error;
  }
  leashed.loosen();
  const { pid, folder, logFile } = leashed;
  return { pid, folder, logFile, stop: (options) => leashed.end(options) };
}

async function untilReady(leashed: Leashed, ready: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadlineAt = performance.now() + withinMs;
  while (!(await ready().catch(() => false))) {
    if (leashed.exit !== undefined) throw await failure(leashed, `ended with ${leashed.exit} before it was ready`);
    if (performance.now() > deadlineAt) throw await failure(leashed, `was not ready within ${withinMs} ms`);
    await delay(pollMs);
  }
}

async function failure(leashed: Leashed, what: string): Promise<Error> {
  const end = (await leashed.log()).trim().split('\n').slice(-20).join('\n');
  return new Error(`${leashed.name} ${what}; log ${leashed.logFile}:\n${end}`);
}

/** A port nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}
