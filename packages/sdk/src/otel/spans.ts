/** A span for each read that had to ask; a hit is none. They are made when a read has ended, from when it began. */
import { type Context, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { LookupError } from '../lookup.ts';

/** How a read ended, without whom it was about. */
export interface Ending {
  /** Of many customers: not given. */
  readonly servedFrom?: string;
  readonly error?: LookupError | undefined;
  readonly generation?: string;
  /** Asked the service, as far as `servedFrom` and `error` do not say. */
  readonly hasAsked?: boolean;
}

export interface Timing {
  readonly operation: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly parent: Context;
}

export type Attributes = Readonly<Record<string, string | number>>;

export function printSpan(tracer: Tracer, timing: Timing, ending: Ending, fixed: Attributes): void {
  if (!hasAsked(ending)) return;
  const { operation, startedAt, endedAt, parent } = timing;
  const attributes = { ...fixed, ...attributesOf(ending) };
  const options = { kind: SpanKind.CLIENT, startTime: startedAt, attributes };
  const span = tracer.startSpan(`segment_store ${operation}`, options, parent);
  if (ending.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: ending.error.code });
  span.end(endedAt);
}

/** A caller's own deadline may end a read before any try was over. What was refused in this process asked nobody. */
const ENDED_BY_CALLER = ['TIMEOUT', 'ABORTED'];

function hasAsked({ servedFrom, error, hasAsked = false }: Ending): boolean {
  if (hasAsked || servedFrom === 'server') return true;
  return error !== undefined && (error.attempts > 0 || ENDED_BY_CALLER.includes(error.code));
}

function attributesOf({ servedFrom, error, generation }: Ending): Attributes {
  return {
    ...(servedFrom === undefined ? {} : { 'segment_store.served_from': servedFrom }),
    ...(generation === undefined ? {} : { 'segment_store.generation': generation }),
    ...(error === undefined ? {} : { 'error.type': error.code, 'segment_store.attempts': error.attempts }),
  };
}
