/**
 * Without keys the server is for programs of this machine. A web page open in a browser of this machine could ask it
 * too, under a name of its own that resolves to 127.0.0.1: so names are checked, not addresses alone.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isIPv4 } from 'node:net';
import { ProblemError } from '../errors.ts';

/** `localhost`, `::1`, `127.0.0.0/8` */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** What is wrong with where the request was sent to or comes from, or undefined. */
export function checkLoopback({ host = '', origin }: IncomingHttpHeaders): ProblemError | undefined {
  if (!isLoopback(nameOf(host))) {
    const detail = 'without keys this server answers to localhost, 127.0.0.1 and [::1] only; send that as Host';
    return new ProblemError('forbidden', { status: 421, detail });
  }
  if (origin === undefined || origin === `http://${host}`) return undefined;
  const detail = 'without keys this server answers no page of another origin; call it without an Origin header';
  return new ProblemError('forbidden', { status: 403, detail });
}

/** The host without port and brackets; empty for what no URL could hold. */
function nameOf(host: string): string {
  const {
    six,
    name = six,
    port = '0',
  } = /^(?:\[(?<six>[^\]]*:[^\]]*)\]|(?<name>[^:[\]]*))(?::(?<port>\d{1,5}))?$/.exec(host)?.groups ?? {};
  return name === undefined || Number(port) > 65_535 ? '' : name.toLowerCase();
}
