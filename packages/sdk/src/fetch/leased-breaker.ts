import type { CircuitBreaker } from '@segment-store/resilience/circuit-breaker';
import { Failure, isFailure } from '@segment-store/resilience/failure';
import type { Time } from '@segment-store/resilience/time';

/** Faults in a row that open it. */
const FAULTS = 10;
const REST_MS = 1_000;
const MAX_REST_MS = 30_000;

type State =
  | { readonly kind: 'closed'; readonly faults: number }
  | { readonly kind: 'open'; readonly rests: number; readonly until: number };

const CLOSED: State = { kind: 'closed', faults: 0 };

/**
 * Opens after ten faults in a row, and lets one call through at the end of each rest. That call takes the next rest with
 * it: should its end never be heard of, another goes when that rest is over, so nothing can stay half-open.
 */
export function leasedBreaker(time: Time): CircuitBreaker {
  let state: State = CLOSED;
  const resting = (rests: number): State => ({
    kind: 'open',
    rests,
    until: time.now() + Math.min(MAX_REST_MS, REST_MS * 2 ** rests),
  });
  function admit(): State {
    if (state.kind === 'closed') return state;
    if (time.now() < state.until)
      throw new Failure('CIRCUIT_OPEN', 'the circuit is open: the service failed too often');
    state = resting(state.rests + 1);
    return state;
  }
  function judge(admitted: State, answered: boolean): void {
    if (answered && (admitted.kind === 'open' || state.kind === 'closed')) state = CLOSED;
    if (answered || state.kind === 'open') return; // a probe that failed has its rest already
    const faults = state.faults + 1;
    state = faults < FAULTS ? { kind: 'closed', faults } : resting(0);
  }
  return {
    get admits() {
      return state.kind === 'closed' || time.now() >= state.until;
    },
    get state() {
      if (state.kind === 'closed') return 'closed';
      return time.now() < state.until ? 'open' : 'half-open';
    },
    async run(attempt) {
      const admitted = admit();
      try {
        const output = await attempt();
        judge(admitted, true);
        return output;
      } catch (error) {
        judge(admitted, !(isFailure(error) && error.fault));
        throw error;
      }
    },
  };
}
