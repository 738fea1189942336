/** Routes. None has a middleware that another one pays for. */
import { Hono } from 'hono';
import { type Admission, publicPermit } from './admission/admission.ts';
import { admitted, admittingAll } from './admission/admitted.ts';
import type { ConsoleDeps } from './console/console.ts';
import { consoleRoutes } from './console/routes.ts';
import { type Document, methodsOf } from './document.ts';
import { invalidRequest, ProblemError, problemOf, toResponse } from './errors.ts';
import type { Env, Route } from './handler.ts';
import { hotRoute } from './hot-route.ts';
import type { Serving } from './lookup/serving.ts';
import { createRequests, type Requests } from './middleware/validate.ts';
import { operationsOf } from './operations.ts';
import type { Rollouts } from './rollouts/rollouts.ts';
import { RouterByMethod } from './router.ts';
import { customerRoutes } from './routes/customers.ts';
import { documentRoutes } from './routes/document.ts';
import { type ErasureDeps, erasureRoutes } from './routes/erasure.ts';
import { type GenerationDeps, generationRoutes } from './routes/generations.ts';
import { healthRoutes } from './routes/health.ts';
import { type MemberDeps, memberRoutes } from './routes/members.ts';
import { metricsRoute } from './routes/metrics.ts';
import { type PublishingDeps, publishingRoutes } from './routes/publishing.ts';
import { rolloutRoutes } from './routes/rollouts.ts';
import { segmentRoutes } from './routes/segments.ts';
import { type ProcessStatus, type StatusDeps, statusRoute } from './routes/status.ts';
import { measured, type Watch } from './telemetry/measured.ts';
import type { Trace } from './telemetry/trace.ts';

export interface AppDeps {
  readonly serving: Serving;
  readonly store: ConsoleDeps['store'] & {
    readonly publisher: GenerationDeps['publisher'] & PublishingDeps['publisher'];
  };
  readonly erased: ErasureDeps['erased'] & MemberDeps['erased'] & StatusDeps['erased'] & ConsoleDeps['erased'];
  readonly console: ConsoleDeps['console'];
  readonly document: Document;
  readonly admission: Admission;
  readonly rollouts: Rollouts;
  readonly status: ProcessStatus;
  readonly time: MemberDeps['time'];
  /** Hears of every answer. */
  readonly watch: Watch;
  /** Around every route. */
  readonly traced: Trace['traced'];
  /** The figures of all processes of this server, as Prometheus reads them. */
  scrape(): Promise<string>;
  /** Takes an error nobody expected; its request was answered 500. */
  report(error: unknown): void;
}

export function createApp(deps: AppDeps): Hono<Env> {
  const { serving, store, erased, document, watch, time, report } = deps;
  const app = assembled(deps, (route, requests) => {
    route('getCustomerSegments', hotRoute(serving, requests));
    customerRoutes(route, { serving, requests, report });
    erasureRoutes(route, { requests, erased });
    segmentRoutes(route, serving, requests);
    memberRoutes(route, { serving, requests, erased, time, report });
    generationRoutes(route, { serving, requests, publisher: store.publisher });
    publishingRoutes(route, { requests, publisher: store.publisher });
    rolloutRoutes(route, { requests, rollouts: deps.rollouts, now: () => new Date() });
    operationsRoutes(route, requests, deps);
    documentRoutes(route, requests, document);
  });
  consoleRoutes(app, watch, deps);
  return app;
}

/** Probes and figures alone, for a port of their own that only the supervisor and Prometheus reach: nobody needs a key. */
export function createOps(deps: AppDeps): Hono<Env> {
  const admission: Admission = { admit: () => publicPermit };
  const app = assembled({ ...deps, admission }, (route, requests) => operationsRoutes(route, requests, deps));
  const elsewhere = () => toResponse(invalidRequest('this port answers probes and /metrics only', 404));
  return app.notFound(measured(deps.watch, UNROUTED, elsewhere));
}

function operationsRoutes(route: Route, requests: Requests, deps: AppDeps): void {
  healthRoutes(route, deps.serving, requests);
  statusRoute(route, { ...deps, requests });
  metricsRoute(route, requests, deps.scrape);
}

function assembled(deps: AppDeps, register: (route: Route, requests: Requests) => void): Hono<Env> {
  const { document, watch, report } = deps;
  const app = new Hono<Env>({ router: new RouterByMethod() });
  register(createRoute(app, deps), createRequests(document));
  app.notFound(measured(watch, UNROUTED, ({ req }) => toResponse(unrouted(document, req))));
  app.onError((error) => toResponse(problemOf(error, report)));
  return app;
}

/** The only way to register a route: what its caller must be allowed to do cannot be forgotten. */
function createRoute(app: Hono<Env>, { document, admission, watch, traced }: AppDeps): Route {
  const operations = operationsOf(document);
  return (operationId, handler) => {
    const operation = operations.get(operationId);
    if (operation === undefined) throw new TypeError(`openapi.yaml has no operation ${operationId}`);
    const { method, template, scope } = operation;
    const path = template.replaceAll(/\{(\w+)\}/g, ':$1');
    const answer = scope === undefined ? admittingAll(handler) : admitted(admission, scope, handler);
    const named = { method: method.toUpperCase(), template };
    app.on(named.method, path, measured(watch, named, traced(named, answer)));
  };
}

/** Of requests that no route answers: their paths may be anything. */
export const UNROUTED = { method: 'any', template: 'none' };

function unrouted(
  document: Document,
  { method, path }: { readonly method: string; readonly path: string },
): ProblemError {
  const allowed = methodsOf(document, path)?.join(', ');
  if (allowed === undefined) return invalidRequest('there is no such path; GET /openapi.json lists what there is', 404);
  const detail = `this path answers ${allowed}, not ${method}`;
  return new ProblemError('invalid-request', { status: 405, detail, headers: { Allow: allowed } });
}
