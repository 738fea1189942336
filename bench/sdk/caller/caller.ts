/** A service that calls ours: a process of its own, warmed up, then asked to call through a fault. */
import { type ChildProcess, fork } from 'node:child_process';
import { nextMessage } from '../../next-message.ts';
import { type Ask, type Contender, contenders } from './contenders.ts';
import { type Looped, openLoop } from './open-loop.ts';
import { CUSTOMERS, callsOf, customersOf, type Window } from './schedule.ts';

/** For calls that are open when the last one has begun. */
export const WAIT_MS = 3_000;
const SPARE_MS = 30_000;
/** Of those who are not well before the fault. */
const TRIES = 3;
const LAST = 200;

export interface Caller extends Disposable {
  /** @throws Error when it has not ended long after it should */
  call(window: Window): Promise<Looped>;
}

interface Begin {
  readonly contender: Contender;
  readonly url: string;
}

/** Resolves when it has asked for every customer once. */
export async function startCaller(begin: Begin): Promise<Caller> {
  for (let tries = 1; ; tries += 1) {
    const child = fork(import.meta.filename, [JSON.stringify(begin)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const failed = await answerOf(child, SPARE_MS);
    if (failed === 0) return callerIn(child);
    child.kill('SIGKILL');
    if (tries === TRIES) throw new Error(`${failed} of the last calls of ${begin.contender} failed before any fault`);
  }
}

const callerIn = (child: ChildProcess): Caller => ({
  call: async (window) => {
    child.send(window);
    return Object(await answerOf(child, window.seconds * 1_000 + WAIT_MS + SPARE_MS));
  },
  [Symbol.dispose]: () => child.kill('SIGKILL'),
});

function answerOf(child: ChildProcess, withinMs: number): Promise<unknown> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    child.kill('SIGKILL');
    reject(new Error(`the caller said nothing within ${withinMs} ms`));
  }, withinMs);
  return Promise.race([nextMessage(child, 'the caller'), promise]).finally(() => clearTimeout(timer));
}

async function run({ contender, url }: Begin): Promise<void> {
  process.once('disconnect', () => process.exit());
  await warmUp(await contenders.fetch(url)); // else the first call of the process, a slow one, opens what opens at half
  const ask = await contenders[contender](url);
  process.once('message', async (window: Window) => {
    const whom = customersOf(window);
    const { perSecond } = window;
    const looped = await openLoop({ calls: callsOf(window), perSecond, waitMs: WAIT_MS }, (call) => ask(whom(call)));
    process.send?.(looped);
  });
  process.send?.(await warmUp(ask));
}

/** One after another: a burst out of a cold process opens breakers before there is a fault. @returns failures of the last calls */
async function warmUp(ask: Ask): Promise<number> {
  let failed = 0;
  for (let customer = CUSTOMERS - 1; customer >= 0; customer -= 1) {
    const usable = await ask(`customer-${customer}`).catch(() => undefined);
    if (customer < LAST && (usable === undefined || usable === 'fallback')) failed += 1;
  }
  return failed;
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  await run(JSON.parse(process.argv[2] ?? ''));
}
