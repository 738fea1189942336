/** Which page answers, who may see it, and what becomes of errors: all are behind the admission but for the one to sign in on. */
import type { Scope } from '../admission/admission.ts';
import { invalidRequest, ProblemError, problemOf } from '../errors.ts';
import type { Answer, Context } from '../handler.ts';
import { type Arrival, formOf, letIn } from './arrival.ts';
import { assetAt, isAsset } from './assets.ts';
import { cataloguePage } from './catalogue.ts';
import type { ConsoleDeps, Page, PageDeps, Visit } from './console.ts';
import { customersPage } from './customers.ts';
import { Effects } from './effects.ts';
import { framed } from './frame.ts';
import { generationPage } from './generation.ts';
import { generationsPage } from './generations.ts';
import { problemView } from './problem.ts';
import { rollBack, rollbackPage } from './rollback.ts';
import { seeOther } from './see-other.ts';
import { segmentPage } from './segment.ts';
import { createSessions, type Sessions } from './session.ts';
import { signIn, signOut } from './sign-in.ts';
import { statusPage } from './status.ts';

interface Route {
  /** A part `:name` is a parameter. */
  readonly path: string;
  readonly show: Page;
  /** What the form of that page does. */
  readonly act?: { readonly scope: Scope; readonly page: Page };
}

const routes: readonly Route[] = [
  { path: '/console/generations', show: generationsPage },
  { path: '/console/generations/:run', show: generationPage },
  { path: '/console/customers', show: customersPage },
  { path: '/console/catalogue', show: cataloguePage },
  { path: '/console/catalogue/:id', show: segmentPage },
  { path: '/console/status', show: statusPage },
  { path: '/console/rollback', show: rollbackPage, act: { scope: 'publish', page: rollBack } },
];

export function createRouter(shared: ConsoleDeps): Answer {
  const deps = { ...shared, effects: new Effects({ serving: shared.serving, reader: shared.store.reader }) };
  const sessions = createSessions(deps.console.secret, Date.now);
  return async (context) => {
    try {
      return await answer(context, deps, sessions);
    } catch (error) {
      return framed(problemView(problemOf(error, deps.report)), deps.serving);
    }
  };
}

async function answer(context: Context, deps: PageDeps, sessions: Sessions): Promise<Response> {
  const { pathname } = new URL(context.req.url);
  if (isAsset(pathname)) return assetAt(pathname) ?? Promise.reject(nowhere());
  if (pathname === '/console') return seeOther('/console/generations');
  checkMethod(context);
  const arrival = { context, deps, sessions, session: sessions.of(context.req.header('cookie')) };
  if (pathname === '/console/sign-in') return signIn(arrival);
  if (pathname === '/console/sign-out') return signOut(arrival);
  return shown(arrival, matched(pathname));
}

/** Behind the admission, as the scopes of the caller allow. */
async function shown(arrival: Arrival, { route, params }: Match): Promise<Response> {
  const { context, deps, session } = arrival;
  const acting = context.req.method === 'POST';
  if (acting && route.act === undefined) throw notAllowed('GET, HEAD');
  const { scope, page } = (acting && route.act) || { scope: 'read', page: route.show };
  const permit = await letIn(arrival, scope);
  if (permit instanceof Response) return permit;
  try {
    context.set('caller', permit.caller);
    const form = acting ? await formOf(arrival) : new URLSearchParams();
    const visit: Visit = {
      url: new URL(context.req.url),
      params,
      form,
      scopes: permit.caller.scopes,
      token: session?.token,
      now: Date.now(),
      signal: context.req.raw.signal,
    };
    return await answered(page, visit, deps);
  } finally {
    permit.release();
  }
}

async function answered(page: Page, visit: Visit, deps: PageDeps): Promise<Response> {
  try {
    const made = await page(visit, deps);
    return made instanceof Response ? made : await framed(made, deps.serving, visit);
  } catch (error) {
    return framed(problemView(problemOf(error, deps.report)), deps.serving, visit);
  }
}

interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

const noPage: Match = { route: { path: '', show: () => Promise.reject(nowhere()) }, params: {} };

function matched(pathname: string): Match {
  const given = pathname.split('/');
  for (const route of routes) {
    const wanted = route.path.split('/');
    const fits = (part: string, index: number) => part.startsWith(':') || part === given[index];
    if (wanted.length !== given.length || !wanted.every(fits)) continue;
    const named = wanted.flatMap((part, index) => (part.startsWith(':') ? [[part.slice(1), given[index] ?? '']] : []));
    return { route, params: Object.fromEntries(named.map(([name, text = '']) => [name, decodeURIComponent(text)])) };
  }
  return noPage;
}

function checkMethod({ req: { method } }: Context): void {
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') throw notAllowed('GET, HEAD, POST');
}

const nowhere = (): ProblemError => invalidRequest('the console has no such page', 404);

function notAllowed(methods: string): ProblemError {
  const detail = `this page answers ${methods}`;
  return new ProblemError('invalid-request', { status: 405, detail, headers: { Allow: methods } });
}
