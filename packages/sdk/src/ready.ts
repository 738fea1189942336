/** Waiting for the service without ever failing. */
import { deadline } from '@segment-store/resilience/deadline';
import { isFailure } from '@segment-store/resilience/failure';
import { type Call, type Operation, unlimited } from '@segment-store/resilience/operation';
import { sleep, type Time } from '@segment-store/resilience/time';
import { asDuration, usable } from './call-options.ts';

/**
 * `ready`: answers are current; `stale`: answers are of an older generation; `bootstrap`: only what the client was
 * started with; `unavailable`: reads fall back, and keep trying.
 */
export type Readiness = 'ready' | 'stale' | 'bootstrap' | 'unavailable';

/** How long to wait. */
export interface ReadyOptions {
  /** Milliseconds. Default 2,000. */
  readonly timeoutMs?: number | undefined;
}

const DEFAULT_TIMEOUT_MS = 2_000;
const FIRST_PAUSE_MS = 50;

export type Probe = Operation<void, 'current' | 'outdated'>;

/** Asks until it is answered, or the time is over, or asking again cannot help. */
export async function awaitReady(probe: Probe, options: ReadyOptions | undefined, time: Time): Promise<Readiness> {
  const until: Operation<void, Readiness> = async (_, call) => {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
      const readiness = await asked(probe, call);
      if (readiness !== undefined) return readiness;
      await sleep(pauseMs, call.signal, time);
    }
  };
  return deadline(
    usable(options, 'timeoutMs', asDuration) ?? DEFAULT_TIMEOUT_MS,
    time,
  )(until)(undefined, unlimited).catch(() => 'unavailable');
}

/** Undefined: worth asking again. */
async function asked(probe: Probe, call: Call): Promise<Readiness | undefined> {
  try {
    return (await probe(undefined, call)) === 'current' ? 'ready' : 'stale';
  } catch (error) {
    return isFailure(error) && error.fault ? undefined : 'unavailable';
  }
}
