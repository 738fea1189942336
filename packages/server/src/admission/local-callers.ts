/** A server without keys is for programs of this machine: whoever reaches it may look at everything and change nothing. */
import { ProblemError } from '../errors.ts';
import { Account, type InFlight, Pass } from './account.ts';
import type { Callers } from './callers.ts';

export function createLocalCallers(inFlight: InFlight): Callers {
  const caller = { id: 'local', name: 'local', class: 'normal', scopes: new Set(['read', 'admin'] as const) } as const;
  const account = new Account({ class: caller.class, rate: undefined, workers: 1 }, inFlight);
  const pass = new Pass(caller, account, Number.POSITIVE_INFINITY);
  return {
    passOf: () => pass,
    lacking(need) {
      const way = 'make one with `segment-server keys create` and start it with --keys';
      const detail = `this server has no keys, so it grants no ${need}; ${way}`;
      return new ProblemError('forbidden', { status: 403, detail });
    },
  };
}
