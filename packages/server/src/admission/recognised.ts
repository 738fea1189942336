/** What credentials say of whoever sends them. */
import type { Caller } from './admission.ts';

export interface Recognised {
  readonly caller: Caller;
  /** Requests a second; undefined: what the server gives. */
  readonly rate: number | undefined;
  /** Until when it holds, in milliseconds since 1970. */
  readonly until: number;
}

/** @throws ProblemError 401; a promise rejects with it */
export type Recognise = (credentials: string) => Recognised | Promise<Recognised>;
