/** A key or token for a session, and its end. */
import { html } from 'hono/html';
import { ProblemError } from '../errors.ts';
import { type Arrival, formOf, letIn } from './arrival.ts';
import type { View } from './console.ts';
import { framed } from './frame.ts';
import { notice } from './parts.ts';
import { sentence } from './problem.ts';
import { seeOther } from './see-other.ts';
import { END_OF_SESSION } from './session.ts';

export async function signIn(arrival: Arrival): Promise<Response> {
  const { context, deps } = arrival;
  const to = pageOf(new URL(context.req.url).searchParams.get('to'));
  if (context.req.method === 'POST') return begin({ ...arrival, session: undefined }, to);
  return (await isLetIn(arrival)) ? seeOther(to) : framed(view(to), deps.serving);
}

/** Signed in already, or nobody needs to. */
async function isLetIn(arrival: Arrival): Promise<boolean> {
  const permit = await letIn(arrival, 'read').catch(() => undefined);
  if (permit === undefined || permit instanceof Response) return false;
  permit.release();
  return true;
}

/** A form like any other: no page of somebody else can sign a browser out. */
export async function signOut(arrival: Arrival): Promise<Response> {
  if (arrival.context.req.method === 'POST') await formOf(arrival);
  return seeOther('/console/sign-in', arrival.context.req.method === 'POST' ? END_OF_SESSION : undefined);
}

async function begin(arrival: Arrival, to: string): Promise<Response> {
  const { context, deps, sessions } = arrival;
  const key = (await formOf(arrival)).get('key')?.trim() ?? '';
  try {
    const permit = await deps.admission.admit({ authorization: `Bearer ${key}` }, 'read');
    permit.release();
  } catch (error) {
    if (error instanceof ProblemError) return framed(view(to, error), deps.serving);
    throw error;
  }
  const cookie = sessions.begin(key, { isSecure: context.req.header('x-forwarded-proto') === 'https' });
  if (cookie !== undefined) return seeOther(to, cookie);
  const detail = 'this token is too long for a cookie of the browser: sign in with a key, or a token of fewer claims';
  return framed(view(to, new ProblemError('invalid-request', { status: 400, detail })), deps.serving);
}

function view(to: string, refusal?: ProblemError): View {
  const body = html`<section class="sign-in">
    <h1>Sign in</h1>
    <p class="muted">With an API key or token of this server. It needs the scope <code>read</code>; with <code>publish</code> you can roll back.</p>
    ${refusal && notice('bad', refusal.problem.title, sentence(refusal.problem.detail))}
    <form method="post" action="/console/sign-in?${new URLSearchParams({ to })}">
      <label for="key">API key or token</label>
      <input id="key" name="key" type="password" autocomplete="current-password" spellcheck="false" required autofocus>
      <button class="primary">Sign in</button>
    </form>
    <p class="muted">The browser keeps it sealed for eight hours, or until you sign out.</p>
  </section>`;
  return { title: 'Sign in', body, ...(refusal && { status: refusal.problem.status, headers: refusal.headers }) };
}

/** A page of the console and nothing else, whatever a link says. */
function pageOf(to: string | null): string {
  const url = URL.parse(to ?? '', 'http://console');
  const isOurs = url?.origin === 'http://console' && url.pathname.startsWith('/console/');
  return isOurs ? url.pathname + url.search : '/console/generations';
}
