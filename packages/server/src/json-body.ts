/** The body of a request as JSON, whatever it says; schemas judge it. */
import { invalidRequest } from './errors.ts';
import type { Context } from './handler.ts';

/** A byte that is none of UTF-8 would otherwise become a character, and two ids one. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads to the end before it judges: a connection with half a body in it can carry no further request. */
export async function readJson(context: Context): Promise<unknown> {
  const bytes = await context.req.arrayBuffer().catch(() => {
    throw invalidRequest('the body ended before its Content-Length');
  });
  const type = context.req.header('content-type') ?? 'nothing';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw invalidRequest(`the body must be sent as application/json, not ${type.slice(0, 60)}`, 415);
  }
  const coding = context.req.header('content-encoding') ?? 'identity';
  if (coding !== 'identity') throw invalidRequest(`the body must be sent as it is, not as ${coding.slice(0, 60)}`, 415);
  try {
    return JSON.parse(strictUtf8.decode(bytes));
  } catch {
    throw invalidRequest('the body is no JSON in UTF-8');
  }
}
