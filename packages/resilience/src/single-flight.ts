import type { Cache } from './cached.ts';
import type { Policy } from './operation.ts';

/** One flight a key; it fills `into` even when every caller has left, and no caller's signal or deadline ends it. */
export declare const singleFlight: <I, O>(into: Cache<I, O>) => Policy<I, O>;
