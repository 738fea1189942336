/** What a client refuses at construction, and what a message must name; replies it must not believe. */
import type { ServerResponse } from 'node:http';
import { GENERATION, problem, reply, segmentsOf } from './driven-server.ts';
import type { ErrorCode } from './lookup.ts';

export interface BadOptions {
  readonly options: unknown;
  readonly error: typeof TypeError | typeof RangeError;
  /** Option, value and way out, each as the message must have it. */
  readonly names: readonly string[];
}

const baseUrl = 'http://127.0.0.1:8080';

export const BAD_OPTIONS: readonly BadOptions[] = [
  { options: undefined, error: TypeError, names: ['object of options', 'missing', 'baseUrl'] },
  { options: null, error: TypeError, names: ['object of options', 'null', 'baseUrl'] },
  { options: 'http://127.0.0.1', error: TypeError, names: ['object of options', '"http://127.0.0.1"', 'baseUrl'] },
  { options: {}, error: TypeError, names: ['baseUrl', 'missing', 'https://'] },
  { options: { baseUrl: 8080 }, error: TypeError, names: ['baseUrl', '8080', 'https://'] },
  { options: { baseUrl: '' }, error: TypeError, names: ['baseUrl', '""', 'https://'] },
  { options: { baseUrl: '/segments' }, error: TypeError, names: ['baseUrl', '"/segments"', 'https://'] },
  { options: { baseUrl: 'localhost:8080' }, error: RangeError, names: ['baseUrl', '"localhost:"', 'http:'] },
  { options: { baseUrl: 'ftp://host' }, error: RangeError, names: ['baseUrl', '"ftp:"', 'https:'] },
  { options: { baseUrl: 'http://u:p@host' }, error: RangeError, names: ['baseUrl', 'password', 'apiKey'] },
  { options: { baseUrl: `${baseUrl}/?a=1` }, error: RangeError, names: ['baseUrl', '"?a=1"', 'query'] },
  { options: { baseUrl, timeoutMs: 5 }, error: TypeError, names: ['"timeoutMs"', 'deadlineMs'] },
  { options: { baseUrl, deadlinems: 5 }, error: TypeError, names: ['"deadlinems"', 'did you mean deadlineMs'] },
  { options: { baseUrl, apikey: 'k' }, error: TypeError, names: ['"apikey"', 'did you mean apiKey'] },
  { options: { baseUrl, apiKey: 7 }, error: TypeError, names: ['apiKey', 'number', 'string'] },
  { options: { baseUrl, apiKey: '' }, error: RangeError, names: ['apiKey', '""', 'leave it out'] },
  { options: { baseUrl, apiKey: 'k\n' }, error: RangeError, names: ['apiKey', 'line break', 'check how it was read'] },
  { options: { baseUrl, deadlineMs: '150' }, error: TypeError, names: ['deadlineMs', '"150"', 'whole number'] },
  { options: { baseUrl, deadlineMs: 10n }, error: TypeError, names: ['deadlineMs', 'bigint', 'whole number'] },
  { options: { baseUrl, deadlineMs: 0 }, error: RangeError, names: ['deadlineMs', '0', 'from 1 to 60000'] },
  { options: { baseUrl, deadlineMs: Number.NaN }, error: RangeError, names: ['deadlineMs', 'NaN', 'as in 150'] },
  { options: { baseUrl, deadlineMs: 1.5 }, error: RangeError, names: ['deadlineMs', '1.5', 'whole number'] },
  { options: { baseUrl, attemptTimeoutMs: -1 }, error: RangeError, names: ['attemptTimeoutMs', '-1', 'as in 500'] },
  { options: { baseUrl, flightTimeoutMs: 1e9 }, error: RangeError, names: ['flightTimeoutMs', '1000000000', '60000'] },
  { options: { baseUrl, maxRetries: 6 }, error: RangeError, names: ['maxRetries', '6', 'from 0 to 5'] },
  { options: { baseUrl, maxEntries: 0 }, error: RangeError, names: ['maxEntries', '0', 'from 1'] },
  { options: { baseUrl, maxBytes: 10 }, error: RangeError, names: ['maxBytes', '10', 'from 1024'] },
  { options: { baseUrl, freshMs: 600_000 }, error: RangeError, names: ['staleMs', '300000', 'freshMs 600000'] },
  { options: { baseUrl, staleIfErrorMs: 1 }, error: RangeError, names: ['staleIfErrorMs', '1', 'staleMs'] },
  { options: { baseUrl, hedge: true }, error: TypeError, names: ['hedge', 'true', 'hedging()'] },
  { options: { baseUrl, bootstrap: [] }, error: TypeError, names: ['bootstrap', 'a list', 'readSnapshot'] },
  { options: { baseUrl, fallback: 'vip' }, error: TypeError, names: ['fallback', '"vip"', 'list'] },
  { options: { baseUrl, fallback: ['a', 'b c'] }, error: TypeError, names: ['fallback[1]', '"b c"', 'segment ids'] },
];

interface Named {
  readonly says: string;
  readonly value: unknown;
}

const throwing = (): never => {
  throw new Error('hostile');
};

/** None may cause a request. */
export const BAD_CUSTOMER_IDS: readonly Named[] = [
  { says: 'empty', value: '' },
  { says: 'a dot', value: '.' },
  { says: 'two dots', value: '..' },
  { says: 'a NUL', value: 'a\u0000' },
  { says: 'a line break', value: 'a\nb' },
  { says: 'DEL', value: 'a\u007f' },
  { says: 'a C1 control', value: 'a\u009f' },
  { says: 'half a pair', value: '\ud800' },
  { says: '513 bytes', value: 'x'.repeat(513) },
  { says: '514 bytes in 257 letters', value: 'é'.repeat(257) },
  { says: 'missing', value: undefined },
  { says: 'null', value: null },
  { says: 'a number', value: 42 },
  { says: 'a bigint', value: 10n },
  { says: 'a symbol', value: Symbol('c1') },
  { says: 'an object', value: {} },
  { says: 'a String object', value: Object('c1') },
  { says: 'a function', value: () => 'c1' },
  { says: 'a throwing proxy', value: new Proxy({}, { get: throwing }) },
  { says: 'a throwing toString', value: { toString: throwing } },
];

export const BAD_SEGMENT_IDS: readonly Named[] = [
  { says: 'empty', value: '' },
  { says: 'a space', value: 'a b' },
  { says: 'a hyphen first', value: '-a' },
  { says: 'a path', value: '../x' },
  { says: 'not ASCII', value: 'ä' },
  { says: '129 letters', value: 'a'.repeat(129) },
  { says: 'missing', value: undefined },
  { says: 'a number', value: 7 },
  { says: 'a throwing proxy', value: new Proxy({}, { get: throwing }) },
];

/** None may change a call, let alone break it. */
export const BAD_CALL_OPTIONS: readonly Named[] = [
  { says: 'null', value: null },
  { says: 'an index, as map passes it', value: 0 },
  { says: 'a string', value: 'signal' },
  { says: 'a signal that is none', value: { signal: {} } },
  { says: 'a signal that looks like one', value: { signal: { aborted: false } } },
  { says: 'a signal by prototype only', value: { signal: Object.create(AbortSignal.prototype) } },
  { says: 'a proxied signal', value: { signal: new Proxy(new AbortController().signal, {}) } },
  { says: 'a deadline of NaN', value: { deadlineMs: Number.NaN } },
  { says: 'a deadline in the past', value: { deadlineMs: -1 } },
  { says: 'a deadline as text', value: { deadlineMs: '10' } },
  { says: 'an inherited deadline of NaN', value: { deadlineAt: Number.NaN } },
  { says: 'an age below 0', value: { maxStaleMs: -1 } },
  { says: 'an age of NaN', value: { maxStaleMs: Number.NaN } },
  { says: 'a priority that is none', value: { priority: 'highest' } },
  { says: 'a trace that is none', value: { traceparent: 7 } },
  { says: 'a fallback as text', value: { fallback: 'vip' } },
  { says: 'a fallback of numbers', value: { fallback: [1] } },
  { says: 'a throwing fallback', value: { fallback: new Proxy([], { get: throwing }) } },
  { says: 'a throwing getter', value: Object.defineProperty({}, 'signal', { get: throwing }) },
  { says: 'a throwing proxy', value: new Proxy({}, { get: throwing }) },
];

export interface HostileSignal {
  readonly says: string;
  /** Properties of its own. */
  readonly change?: PropertyDescriptorMap;
  /** What it fires with. */
  readonly reason?: unknown;
}

export const HOSTILE_SIGNALS: readonly HostileSignal[] = [
  { says: 'an addEventListener that throws', change: { addEventListener: { value: throwing } } },
  { says: 'a removeEventListener that throws', change: { removeEventListener: { value: throwing } } },
  { says: 'an aborted that throws', change: { aborted: { get: throwing } } },
  { says: 'an aborted that lies', change: { aborted: { value: 'maybe' } } },
  { says: 'a reason that throws', change: { reason: { get: throwing } } },
  { says: 'a reason that is a throwing proxy', reason: new Proxy({}, { getPrototypeOf: throwing, get: throwing }) },
  {
    says: 'a reason that looks like a failure of ours',
    reason: Object.assign(new Error('x'), { code: 'UNAUTHORIZED', fault: true, retryable: true, attempts: 9 }),
  },
];

export interface BadReply {
  readonly says: string;
  readonly code: ErrorCode;
  /** Requests the client makes of it. */
  readonly attempts: number;
  /** For those that only the clock ends. */
  readonly attemptTimeoutMs?: number;
  answer(response: ServerResponse): void;
}

const facts = (changes: object) => (response: ServerResponse) => reply(response, { ...segmentsOf('c1'), ...changes });
const status =
  (status: number, type: string, headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse) =>
    reply(response, problem(type, status), { status, headers });
const text = (body: string) => (response: ServerResponse) => reply(response, body);
const without = (name: string) => (response: ServerResponse) => {
  const { [name]: _, ...rest }: Record<string, unknown> = { ...segmentsOf('c1') };
  reply(response, rest);
};

export const BAD_REPLIES: readonly BadReply[] = [
  { says: 'nothing', code: 'PROTOCOL', attempts: 1, answer: text('') },
  { says: 'truncated JSON', code: 'PROTOCOL', attempts: 1, answer: text('{"customerId":"c1","known":tr') },
  { says: 'a web page', code: 'PROTOCOL', attempts: 1, answer: text('<!doctype html><title>Welcome</title>') },
  { says: 'a list', code: 'PROTOCOL', attempts: 1, answer: text('[]') },
  { says: 'null', code: 'PROTOCOL', attempts: 1, answer: text('null') },
  { says: 'another customer', code: 'PROTOCOL', attempts: 1, answer: facts({ customerId: 'c2' }) },
  { says: 'no customer', code: 'PROTOCOL', attempts: 1, answer: without('customerId') },
  { says: 'known as a string', code: 'PROTOCOL', attempts: 1, answer: facts({ known: 'true' }) },
  { says: 'no word on completeness', code: 'PROTOCOL', attempts: 1, answer: without('complete') },
  { says: 'segments as a string', code: 'PROTOCOL', attempts: 1, answer: facts({ segmentIds: 'a' }) },
  { says: 'a number among the segments', code: 'PROTOCOL', attempts: 1, answer: facts({ segmentIds: ['a', 1] }) },
  { says: 'a segment no one can be in', code: 'PROTOCOL', attempts: 1, answer: facts({ segmentIds: ['a b'] }) },
  { says: 'a generation that is no run', code: 'PROTOCOL', attempts: 1, answer: facts({ generation: 'latest' }) },
  { says: 'a time that is none', code: 'PROTOCOL', attempts: 1, answer: facts({ computedAt: 'yesterday' }) },
  { says: 'a time as a number', code: 'PROTOCOL', attempts: 1, answer: facts({ computedAt: 1 }) },
  {
    says: 'no epoch',
    code: 'PROTOCOL',
    attempts: 1,
    answer: (response) => {
      response.writeHead(200, { 'segment-generation': GENERATION });
      response.end(JSON.stringify(segmentsOf('c1')));
    },
  },
  {
    says: 'an epoch that is no number',
    code: 'PROTOCOL',
    attempts: 1,
    answer: (response) => reply(response, segmentsOf('c1'), { headers: { 'segment-epoch': 'six' } }),
  },
  { says: 'more than 16 MiB', code: 'PROTOCOL', attempts: 1, answer: text(' '.repeat(16 * 1024 * 1024 + 1)) },
  {
    says: 'more than 16 MiB without a word on its length',
    code: 'PROTOCOL',
    attempts: 1,
    answer(response) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('[');
      response.end(' '.repeat(16 * 1024 * 1024));
    },
  },
  {
    says: 'the head of more than 16 MiB, and no more',
    code: 'PROTOCOL',
    attempts: 1,
    answer(response) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 16 * 1024 * 1024 + 1 });
      response.flushHeaders();
    },
  },
  { says: '204', code: 'PROTOCOL', attempts: 1, answer: (response) => response.writeHead(204).end() },
  {
    says: 'a redirect',
    code: 'PROTOCOL',
    attempts: 1,
    answer: (response) => response.writeHead(302, { location: '/' }).end(),
  },
  {
    says: '404 of a web server',
    code: 'PROTOCOL',
    attempts: 1,
    answer: (response) => response.writeHead(404).end('Not found'),
  },
  { says: '404 for a customer', code: 'PROTOCOL', attempts: 1, answer: status(404, 'invalid-request') },
  { says: '404 with a segment problem', code: 'PROTOCOL', attempts: 1, answer: status(404, 'unknown-segment') },
  { says: '400 invalid-request', code: 'PROTOCOL', attempts: 1, answer: status(400, 'invalid-request') },
  { says: '400 invalid-id', code: 'INVALID_ID', attempts: 1, answer: status(400, 'invalid-id') },
  { says: '401', code: 'UNAUTHORIZED', attempts: 1, answer: status(401, 'unauthorized') },
  { says: '403', code: 'UNAUTHORIZED', attempts: 1, answer: status(403, 'forbidden') },
  {
    says: '403 of a proxy',
    code: 'UNAUTHORIZED',
    attempts: 1,
    answer: (response) => response.writeHead(403).end('no'),
  },
  { says: '429', code: 'THROTTLED', attempts: 1, answer: status(429, 'rate-limited') },
  {
    says: '429 that asks to wait longer than anyone will',
    code: 'THROTTLED',
    attempts: 1,
    answer: status(429, 'rate-limited', { 'retry-after': '90' }),
  },
  {
    says: '429 that asks for no wait',
    code: 'THROTTLED',
    attempts: 2,
    answer: status(429, 'rate-limited', { 'retry-after': '0' }),
  },
  { says: '500', code: 'SERVER', attempts: 1, answer: status(500, 'internal') },
  { says: '502 of a proxy', code: 'SERVER', attempts: 2, answer: (response) => response.writeHead(502).end('<html>') },
  { says: '503 store-unavailable', code: 'SERVER', attempts: 2, answer: status(503, 'store-unavailable') },
  { says: '503 overloaded', code: 'OVERLOADED', attempts: 2, answer: status(503, 'overloaded') },
  { says: '503 of a proxy', code: 'SERVER', attempts: 2, answer: (response) => response.writeHead(503).end() },
  { says: '504 deadline', code: 'TIMEOUT', attempts: 2, answer: status(504, 'deadline') },
  { says: 'a problem with a hostile type', code: 'SERVER', attempts: 1, answer: status(500, 'constructor') },
  { says: 'a connection cut before the reply', code: 'NETWORK', attempts: 2, answer: (response) => response.destroy() },
  {
    says: 'a connection cut within the reply',
    code: 'NETWORK',
    attempts: 1,
    answer: (response) => {
      response.writeHead(200, { 'content-length': '500' });
      response.write('{"customerId":"c1"', () => response.destroy());
    },
  },
  {
    says: 'one byte now and then',
    code: 'TIMEOUT',
    attempts: 1,
    attemptTimeoutMs: 200,
    answer: (response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    },
  },
  { says: 'nothing, ever', code: 'TIMEOUT', attempts: 1, attemptTimeoutMs: 200, answer: () => {} },
];
