/** A request for the console before it is let in: with which key, and whether a form is ours. */
import type { Permit, Scope } from '../admission/admission.ts';
import { invalidRequest, ProblemError } from '../errors.ts';
import type { Context } from '../handler.ts';
import type { PageDeps } from './console.ts';
import { seeOther } from './see-other.ts';
import { END_OF_SESSION, type Session, type Sessions } from './session.ts';

export interface Arrival {
  readonly context: Context;
  readonly deps: PageDeps;
  readonly sessions: Sessions;
  readonly session: Session | undefined;
}

/** The key of the session, or what the request says itself; whoever has neither is sent to sign in. */
export async function letIn({ context, deps, session }: Arrival, scope: Scope): Promise<Permit | Response> {
  const authorization = session === undefined ? context.req.header('authorization') : `Bearer ${session.key}`;
  try {
    return await deps.admission.admit({ authorization, onRefused: (caller) => context.set('caller', caller) }, scope);
  } catch (error) {
    if (!(error instanceof ProblemError) || error.problem.status !== 401) throw error;
    if (context.req.header('authorization') !== undefined) throw error;
    const { pathname, search } = new URL(context.req.url);
    const to = `/console/sign-in?${new URLSearchParams({ to: pathname + search })}`;
    return seeOther(to, session && END_OF_SESSION);
  }
}

/** What a form of ours sent. @throws ProblemError 403 for one of another origin, or of another session */
export async function formOf({ context, sessions, session }: Arrival): Promise<URLSearchParams> {
  checkOrigin(context);
  const type = context.req.header('content-type') ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded')) throw invalidRequest('a form is expected', 415);
  const form = new URLSearchParams(await context.req.text());
  if (session !== undefined && !sessions.isOurs(session, form.get('token'))) throw foreign();
  return form;
}

/** A browser says where a form comes from; what is no browser has no cookie that could be misused. */
function checkOrigin({ req }: Context): void {
  const [site, origin] = [req.header('sec-fetch-site'), req.header('origin')];
  if (site !== undefined && site !== 'same-origin') throw foreign();
  if (origin !== undefined && URL.parse(origin)?.host !== req.header('host')) throw foreign();
}

function foreign(): ProblemError {
  const detail = 'this form was not made by this console, or before you signed in: open the page again';
  return new ProblemError('forbidden', { status: 403, detail });
}
