/** How the service does, as far as evaluations show, told as events of the provider. */
import { type OpenFeatureEventEmitter, ProviderEvents } from '@openfeature/server-sdk';
import type { ErrorCode, LookupError, ServedFrom } from '../lookup.ts';
import type { Readiness } from '../ready.ts';

/** One slow request is no outage. */
const IN_A_ROW = 3;
/** Of the caller, or an answer: they say nothing of the service. */
const NOT_ITS_FAULT: readonly ErrorCode[] = ['ABORTED', 'CLOSED', 'INVALID_ID', 'UNKNOWN_SEGMENT'];

interface Read {
  readonly ok: boolean;
  readonly servedFrom: ServedFrom | 'fallback';
  readonly error?: LookupError;
}

export interface Health {
  /** What initialising came to; OpenFeature itself tells `ready` and `unavailable`. */
  begins(readiness: Readiness): void;
  /** Takes note of a read and hands it on. */
  observed<R extends Read>(read: R): R;
}

type State = 'ready' | 'stale' | 'error';
const EVENTS = { ready: ProviderEvents.Ready, stale: ProviderEvents.Stale, error: ProviderEvents.Error } as const;
const BEGINNINGS = { ready: 'ready', stale: 'stale', bootstrap: 'stale', unavailable: 'error' } as const;

export function createHealth(events: Pick<OpenFeatureEventEmitter, 'emit'>): Health {
  let state: State = 'ready';
  let failures = 0;
  const become = (next: State, message: string) => {
    if (next === state) return;
    state = next;
    events.emit(EVENTS[next], { message });
  };
  function failed(read: Read, code: ErrorCode): void {
    failures += 1;
    if (failures < IN_A_ROW || state === 'error') return; // only an answer ends an error
    become(read.ok ? 'stale' : 'error', `the last ${failures} requests ended as ${code}`);
  }
  return {
    begins(readiness) {
      failures = 0;
      state = readiness === 'unavailable' ? 'error' : 'ready';
      // OpenFeature calls the provider ready when initialising has ended, so this must come after that.
      if (BEGINNINGS[readiness] === 'stale') setImmediate(become, 'stale', `the client is ${readiness}`);
    },
    observed(read) {
      const { error, servedFrom } = read;
      if (error !== undefined && !NOT_ITS_FAULT.includes(error.code)) failed(read, error.code);
      else if (servedFrom === 'server') {
        failures = 0;
        become('ready', 'the service answers');
      }
      return read;
    },
  };
}
