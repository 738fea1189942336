/** `If-Match: "<number>"`: what the caller judged before it asked for a change. */
import { invalidRequest } from '../errors.ts';

const EPOCH = 'send the epoch you judged in quotes, as in If-Match: "7"; GET /v1/generations says it as live.epoch';
const VERSION = 'send the version you judged in quotes, as in If-Match: "7", or "0" for what is not there yet';

/** @throws ProblemError 428 when there is none, 400 for any other form */
export const epochOf = (ifMatch: string | undefined): number => numberOf(ifMatch, 'epoch', EPOCH);

/** @throws ProblemError 428 when there is none, 400 for any other form */
export const versionOf = (ifMatch: string | undefined): number => numberOf(ifMatch, 'version', VERSION);

function numberOf(ifMatch: string | undefined, what: string, way: string): number {
  if (ifMatch === undefined) throw invalidRequest(`the header If-Match is missing: ${way}`, 428);
  const [, number] = /^"(\d{1,15})"$/.exec(ifMatch) ?? [];
  if (number === undefined) throw invalidRequest(`the header If-Match names no ${what}: ${way}`);
  return Number(number);
}
