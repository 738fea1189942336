/** What a tool says of one request. */
import type { Caller } from './asked.ts';

export interface Sample {
  /** Milliseconds since 1970, with a fraction where the tool tells one. */
  readonly sentAtMs: number;
  /** From then until the whole answer was there, or none was waited for any more. */
  readonly tookMs: number;
  /** 0: no answer. */
  readonly status: number;
  readonly caller: Caller;
}

export const callerOf = (text: string): Caller => (text === 'abusive' ? 'abusive' : 'usual');
