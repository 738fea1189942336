import { Failure, type FailureTraits } from '@segment-store/resilience/failure';
import type { StoreCode } from './store.ts';

/** A failure of this package: the code of the port, and a message with the thing, the value and the way out. */
export function refusal(code: StoreCode, message: string, traits?: FailureTraits): Failure<StoreCode> {
  return new Failure(code, message, traits);
}
