/** Where a load goes. */
import type { Caller } from './asked.ts';
import type { Happening } from './profile.ts';

export interface Place {
  /** Without a slash at its end. */
  readonly url: string;
  readonly keys: Readonly<Record<Caller, string>>;
  /** The first is asked for most. */
  readonly customers: readonly string[];
  /** Where `/metrics` asks no key, if anywhere. */
  readonly ops: string | undefined;
  /** Processes of its stores, where they are on this machine. */
  readonly pids: Readonly<Record<'redis' | 'store', readonly number[]>>;
  /** Undefined where nobody but its people may do that. */
  readonly happen: ((what: Happening) => Promise<void>) | undefined;
}
