/** How the store refuses: a code, and a message with the thing, the value and the way out. */
import { Failure, type FailureTraits } from '@segment-store/resilience/failure';

export type StoreCode =
  | 'HELD' // another job builds this run, or another process holds the embedded store
  | 'FENCED' // the epoch a publisher judged is no longer live
  | 'ON_HOLD' // a rollback forbids publishing until `unhold`
  | 'OLDER' // a newer run is live
  | 'CONFLICT' // this run id with another manifest; or a generation in the wrong state for the request
  | 'MISCOUNT' // sealing found other counts than it created and replayed
  | 'NOT_FOUND'
  | 'UNSUPPORTED' // a store of a newer format, or something that is not one
  | 'DENIED' // not writable, or refused credentials
  | 'UNAVAILABLE';

export function refusal(code: StoreCode, message: string, traits?: FailureTraits): Failure<StoreCode> {
  return new Failure(code, message, traits);
}
