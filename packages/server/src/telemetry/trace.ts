/**
 * Spans of requests, with what they waited for. They are made when a request has ended, and only of those that tell
 * something: a request of the cache costs no span. Callers say where they belong by `traceparent`.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ROOT_CONTEXT,
  type Context as SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Answer, Context } from '../handler.ts';
import { type Answered, classOf, keyOf, measured, type Route } from './measured.ts';
import type { Operation } from './metrics.ts';

const SLOW_SECONDS = 0.05;
const SAMPLE = 0.01;
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/;

/** What a request waited for, and until when: milliseconds since 1970. */
interface Step extends Operation {
  readonly endedAt: number;
}

export interface Trace {
  /** Around a route, when traces are wanted. */
  traced(route: Route, answer: Answer): Answer;
  /** Belongs to the request that asked for it, or asked first of those that share it. */
  operated(operation: Operation): void;
}

export const untraced: Trace = { traced: (_, answer) => answer, operated: () => {} };

export function createTrace(tracer: Tracer): Trace {
  const steps = new AsyncLocalStorage<Step[]>();
  return {
    traced(route, answer) {
      const keep = (answered: Answered) => {
        const parent = parentOf(answered.context);
        if (isWanted(answered, parent)) print({ route, answered, parent, steps: steps.getStore() ?? [] }, tracer);
      };
      const watched = measured({ route: () => keep }, route, answer);
      return (context) => steps.run([], () => watched(context));
    },
    operated: (operation) => void steps.getStore()?.push({ ...operation, endedAt: now() }),
  };
}

const now = (): number => performance.timeOrigin + performance.now();

interface Parent {
  readonly context: SpanContext;
  readonly isSampled: boolean;
}

function parentOf(context: Context | undefined): Parent {
  const incoming = context?.env?.incoming;
  const header = incoming ? incoming.headers.traceparent : context?.req.header('traceparent');
  const [, traceId, spanId, flags = '00'] = TRACEPARENT.exec(`${header ?? ''}`) ?? [];
  if (traceId === undefined || spanId === undefined) return { context: ROOT_CONTEXT, isSampled: false };
  // Sampled here whatever the caller did: what is not wanted is never printed.
  const caller = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  return { context: trace.setSpanContext(ROOT_CONTEXT, caller), isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

function isWanted({ status, seconds }: Answered, { isSampled }: Parent): boolean {
  return isSampled || status >= 500 || seconds > SLOW_SECONDS || Math.random() < SAMPLE;
}

interface Kept {
  readonly route: Route;
  readonly answered: Answered;
  readonly parent: Parent;
  readonly steps: readonly Step[];
}

function print({ route: { method, template }, answered, parent, steps }: Kept, tracer: Tracer): void {
  const { status, seconds } = answered;
  const endedAt = now();
  const attributes = {
    'http.request.method': method,
    'http.route': template,
    'http.response.status_code': status,
    'segment.caller.key': keyOf(answered),
    'segment.caller.class': classOf(answered),
  };
  const timing = { kind: SpanKind.SERVER, startTime: endedAt - seconds * 1_000 };
  const span = tracer.startSpan(`${method} ${template}`, { ...timing, attributes }, parent.context);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  for (const step of steps) {
    const times = { kind: SpanKind.CLIENT, startTime: step.endedAt - step.seconds * 1_000 };
    const what = { 'db.system.name': step.system, 'db.operation.name': step.name };
    const within = trace.setSpan(parent.context, span);
    tracer.startSpan(`${step.system} ${step.name}`, { ...times, attributes: what }, within).end(step.endedAt);
  }
  span.end(endedAt);
}
