/** A server without keys is for programs of this machine: whoever reaches it may look at everything and change nothing. */
import { ProblemError } from '../errors.ts';
import type { Admission, Caller, Permit } from './admission.ts';

const caller: Caller = { id: 'local', class: 'normal', scopes: new Set(['read', 'admin']) };
const permit: Permit = { caller, release: () => {} };

export function createKeyless(): Admission {
  return {
    admit(_, need) {
      if (caller.scopes.has(need)) return permit;
      const detail = `this server has no keys, so it grants no ${need}; start it with --keys`;
      throw new ProblemError('forbidden', { status: 403, detail });
    },
  };
}
