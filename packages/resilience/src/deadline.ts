import type { AnyPolicy } from './operation.ts';
import type { Time } from './time.ts';

/**
 * One ceiling: the call settles within `ms` (or the caller's earlier deadline), whatever `next` does. It ends as
 * `TIMEOUT` (a fault) at the ceiling and as `ABORTED` when the caller's signal fires; `next` sees its signal aborted.
 */
export declare const deadline: (ms: number, time?: Time) => AnyPolicy;
