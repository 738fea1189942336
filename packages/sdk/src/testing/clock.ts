/** The time of a test client: a number that no faked timer and no busy machine can touch. */
import { MessageChannel } from 'node:worker_threads';
import { manualTime } from '@segment-store/resilience/manual-time';
import type { Time } from '@segment-store/resilience/time';
import type { Hold } from '../hold.ts';

export interface TestClock {
  readonly time: Time;
  /** Knows when a read is awaited: only then does time pass by itself. */
  readonly hold: Hold;
  advance(ms: number): Promise<void>;
}

/** @throws RangeError for a mode there is not */
export function createTestClock(mode: 'auto' | 'manual' = 'auto'): TestClock {
  if (mode !== 'auto' && mode !== 'manual') {
    throw new RangeError(`clock is ${JSON.stringify(mode)}; give "auto" or "manual"`);
  }
  const time = manualTime(turn);
  const hold = mode === 'auto' ? hurrying(time) : { during: <T>(read: Promise<T>) => read, release() {} };
  return { time, hold, advance: (ms) => time.advance(duration(ms)) };
}

type Hurried = Pick<ReturnType<typeof manualTime>, 'now' | 'next' | 'advance'>;

/** While a read is awaited and nothing else can happen, it is the time of the next timer. */
function hurrying(time: Hurried): Hold {
  let awaited = 0;
  let running = false;
  async function run(): Promise<void> {
    if (running) return;
    running = true;
    for (await turn(); awaited > 0; await turn()) {
      const next = time.next();
      if (next !== undefined) await time.advance(next - time.now());
    }
    running = false;
  }
  const ended = () => {
    awaited -= 1;
  };
  return {
    during(read) {
      awaited += 1;
      read.then(ended, ended);
      void run();
      return read;
    },
    release() {},
  };
}

/** A turn of the event loop, in which promise chains of any length settle. Faked timers leave message ports alone. */
const messageTurn = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.once('message', () => {
      port1.close();
      resolve();
    });
    port2.postMessage(undefined);
  });

/** Deno delivers messages between two promises of a chain; its immediates, as they were when this was loaded, it does not. */
const immediate = setImmediate;
const immediateTurn = (): Promise<void> => new Promise((resolve) => immediate(resolve));

const turn = 'Deno' in globalThis ? immediateTurn : messageTurn;

/** @throws RangeError */
function duration(ms: number): number {
  if (typeof ms === 'number' && ms >= 0 && ms < Number.POSITIVE_INFINITY) return ms;
  throw new RangeError(`advance takes a number of milliseconds from 0 up, not ${String(ms)}`);
}
