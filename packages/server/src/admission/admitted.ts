/** An admission before a handler; nothing of the body is read for a request that is refused. */
import type { Answer, Context, Handler } from '../handler.ts';
import { type Admission, type Asking, type Permit, publicPermit, type Scope } from './admission.ts';

/** Synchronous when both are. */
export function admitted(admission: Admission, scope: Scope, handler: Handler): Answer {
  return (context) => {
    const permit = admission.admit(askingOf(context), scope);
    if (permit instanceof Promise) return permit.then((held) => answered(handler, context, held));
    return answered(handler, context, permit);
  };
}

export function admittingAll(handler: Handler): Answer {
  return (context) => handler(context, publicPermit);
}

function answered(handler: Handler, context: Context, permit: Permit): Response | Promise<Response> {
  context.set('caller', permit.caller);
  try {
    const answer = handler(context, permit);
    if (answer instanceof Promise) return answer.finally(() => permit.release());
    permit.release();
    return answer;
  } catch (error) {
    permit.release();
    throw error;
  }
}

/** Node's own headers: the request's `Headers` would be built for this one alone. */
function askingOf(context: Context): Asking {
  const { env, req } = context;
  return {
    authorization: env?.incoming ? env.incoming.headers.authorization : req.header('authorization'),
    onRefused: (caller) => context.set('caller', caller),
  };
}
