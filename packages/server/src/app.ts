/** Routes. None has a middleware that another one pays for. */
import type { StoreReader } from '@segment-store/store/store';
import { Hono } from 'hono';
import { type Document, methodsOf } from './document.ts';
import { invalidRequest, ProblemError, problemOf, toResponse } from './errors.ts';
import { type Env, hotRoute, searchOf } from './hot-route.ts';
import type { Serving } from './lookup/serving.ts';
import { createRequests } from './middleware/validate.ts';
import { customerRoutes } from './routes/customers.ts';
import { generationRoutes } from './routes/generations.ts';
import { healthRoutes } from './routes/health.ts';
import { segmentRoutes } from './routes/segments.ts';

export interface AppDeps {
  readonly serving: Serving;
  readonly store: StoreReader;
  readonly document: Document;
  /** Takes an error nobody expected; its request was answered 500. */
  report(error: unknown): void;
}

export function createApp({ serving, store, document, report }: AppDeps): Hono<Env> {
  const requests = createRequests(document);
  const app = new Hono<Env>();
  app.get('/v1/customers/:customerId/segments', hotRoute(serving, requests));
  customerRoutes(app, { serving, requests, report });
  segmentRoutes(app, serving, requests);
  generationRoutes(app, { serving, requests, store });
  healthRoutes(app, serving, requests);
  app.get('/openapi.json', (context) => {
    requests.noQuery(searchOf(context));
    return new Response(document.text, { headers: { 'Content-Type': 'application/json' } });
  });
  app.notFound(({ req }) => toResponse(unrouted(document, req)));
  app.onError((error) => toResponse(problemOf(error, report)));
  return app;
}

function unrouted(
  document: Document,
  { method, path }: { readonly method: string; readonly path: string },
): ProblemError {
  const allowed = methodsOf(document, path)?.join(', ');
  if (allowed === undefined) return invalidRequest('there is no such path; GET /openapi.json lists what there is', 404);
  const detail = `this path answers ${allowed}, not ${method}`;
  return new ProblemError('invalid-request', { status: 405, detail, headers: { Allow: allowed } });
}
