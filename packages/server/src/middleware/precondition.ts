/** `If-Match: "<epoch>"`: what the caller judged before it asked for a change. */
import { invalidRequest } from '../errors.ts';

const WAY = 'send the epoch you judged in quotes, as in If-Match: "7"; GET /v1/generations says it as live.epoch';

/** @throws ProblemError 428 when there is none, 400 for any other form */
export function epochOf(ifMatch: string | undefined): number {
  if (ifMatch === undefined) throw invalidRequest(`the header If-Match is missing: ${WAY}`, 428);
  const [, epoch] = /^"(\d{1,15})"$/.exec(ifMatch) ?? [];
  if (epoch === undefined) throw invalidRequest(`the header If-Match names no epoch: ${WAY}`);
  return Number(epoch);
}
