import type { Operation, Settled } from './operation.ts';

/** Inputs of one event-loop turn travel together, at most `max` a call. The batch has no caller: bound it inside. */
export declare const batch: <I, O>(max: number, operation: Operation<readonly I[], Settled<O>>) => Operation<I, O>;
/** Rejects with the first failure when every item failed, so that retry and breaker see it; else returns `items`. */
export declare const rejectIfAllFailed: <O>(items: Settled<O>) => Settled<O>;
