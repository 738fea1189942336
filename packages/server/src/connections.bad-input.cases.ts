/**
 * Bytes on one connection that are no HTTP, or hardly: what each is answered, in order, before the connection ends. Garbage
 * behind an answer that is on its way has none of its own.
 */

export interface BadBytes {
  readonly title: string;
  readonly bytes: string | Uint8Array;
  /** Of all answers; the connection ends behind the last. */
  readonly statuses: readonly number[];
}

const host = 'Host: localhost\r\n';
const lookup = `GET /v1/customers/c1/segments HTTP/1.1\r\n${host}\r\n`;
const lookups = `POST /v1/lookups HTTP/1.1\r\n${host}Content-Type: application/json\r\n`;
const withLine = (line: string) => `GET /livez HTTP/1.1\r\n${host}${line}\r\n\r\n`;
/** What a browser says first to a port that speaks TLS. */
const clientHello = Buffer.from('16030100c8010000c40303f0', 'hex');

const single: readonly BadBytes[] = [
  { title: 'another protocol', bytes: 'EHLO mail.example\r\n', statuses: [400] },
  { title: 'TLS', bytes: clientHello, statuses: [400] },
  { title: 'HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', statuses: [400] },
  { title: 'HTTP/0.9, which names no host', bytes: 'GET /livez\r\n\r\n', statuses: [421] },
  { title: 'HTTP/9.9', bytes: `GET /livez HTTP/9.9\r\n${host}\r\n`, statuses: [400] },
  { title: 'a method of nobody', bytes: `FETCH /livez HTTP/1.1\r\n${host}\r\n`, statuses: [400] },
  { title: 'lines that end in LF only', bytes: 'GET /livez HTTP/1.1\nHost: localhost\n\n', statuses: [400] },
  { title: 'a space in the path', bytes: `GET /v1/customers/a b/segments HTTP/1.1\r\n${host}\r\n`, statuses: [400] },
  { title: 'a header without a colon', bytes: withLine('X'), statuses: [400] },
  { title: 'a header without a name', bytes: withLine(': x'), statuses: [400] },
  { title: 'a space before the colon', bytes: withLine('X : x'), statuses: [400] },
  { title: 'NUL in a header', bytes: withLine('X: a\0b'), statuses: [400] },
  { title: 'a header on two lines', bytes: withLine('X: a\r\n b'), statuses: [400] },
  { title: 'headers of 20 KB', bytes: withLine(`X: ${'x'.repeat(20_000)}`), statuses: [431] },
  { title: 'a path of 20 KB', bytes: `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`, statuses: [431] },
  { title: 'a length below zero', bytes: `${lookups}Content-Length: -1\r\n\r\n`, statuses: [400] },
  { title: 'a length that is no number', bytes: `${lookups}Content-Length: 1e3\r\n\r\n`, statuses: [400] },
];

/** Two readers of one of these may see different requests in it. */
const smuggled: readonly BadBytes[] = [
  { title: 'two lengths', bytes: `${lookups}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`, statuses: [400] },
  {
    title: 'a length and chunks',
    bytes: `${lookups}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${lookup}`,
    statuses: [400],
  },
  {
    title: 'chunks twice over',
    bytes: `${lookups}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${lookup}`,
    statuses: [400],
  },
  {
    title: 'a body longer than it says',
    bytes: `${lookups}Content-Length: 22\r\n\r\n{"customerIds":["c1"]}]}`,
    statuses: [200],
  },
];

const pipelined: readonly BadBytes[] = [
  { title: 'garbage behind a request', bytes: `${lookup}hello\r\n\r\n`, statuses: [200] },
  { title: 'garbage behind a hundred', bytes: `${lookup.repeat(100)}\0\0\0`, statuses: Array(100).fill(200) },
  { title: 'garbage between two', bytes: `${lookup}\x16\x03\x01${lookup}`, statuses: [200] },
  { title: 'a megabyte of garbage', bytes: `${lookup}${'x'.repeat(1_048_576)}`, statuses: [200] },
];

export const badBytes: readonly BadBytes[] = [...single, ...smuggled, ...pipelined];
