/** What may go wrong with the service, on the way to it, or within the application: each on a real socket. */
import { Readable } from 'node:stream';
import { problem, reply, segmentsOf, serving, servingWhile } from '../driven-server.ts';
import type { ErrorCode } from '../lookup.ts';
import type { Reads } from './host.ts';
import { always, blackHole, distrusted, http, named, restarting, type Start, tcp } from './services.ts';
import type { Strain } from './strains.ts';

export interface Fault {
  readonly says: string;
  /** Codes that a read may end with, beside those that a busy machine causes. */
  readonly codes: readonly ErrorCode[];
  /** Share of the reads that are answered at least. Default none: a total outage. */
  readonly answered?: number;
  /** Requests a read that reach the service at most. Default, in a total outage: 1.1. */
  readonly atMost?: number;
  /** Default: others. */
  readonly reads?: Reads;
  /** On the application. */
  readonly strain?: Strain;
  /** A well service takes its place: in the short form, too. */
  readonly heals?: 'always' | 'never';
  readonly start: Start;
}

const status = (code: number, type: string, headers: Readonly<Record<string, string>> = {}): Start =>
  always((response) => reply(response, problem(type, code), { status: code, headers }));

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n';
const MIB = Buffer.alloc(1024 * 1024, ' ');
const HUGE = { 'content-type': 'application/json', 'content-length': 17 * MIB.length };

/** By the count of its requests: of 30, the first 5 are answered. */
const comingAndGoing: Start = () => {
  let turn = 0;
  return http(servingWhile(() => turn++ % 30 < 5))();
};

const everyOther: Start = () => {
  let turn = 0;
  return http((asked, response) => {
    turn += 1;
    if (turn % 2 === 0) return serving()(asked, response);
    reply(response, problem('store-unavailable', 503), { status: 503 });
  })();
};

const dripping = tcp((socket) => {
  socket.write(HEAD);
  const drip = setInterval(() => socket.write('{'), 20);
  socket.on('close', () => clearInterval(drip));
});

const closedWhenIdle = http((asked, response) => {
  response.on('finish', () => response.socket?.destroySoon());
  serving()(asked, response);
});

export const FAULTS: readonly Fault[] = [
  { says: 'no fault', codes: [], answered: 0.9, heals: 'never', start: http(serving()) },
  { says: 'connections are black-holed', codes: ['NETWORK'], heals: 'always', start: blackHole },
  { says: 'connections are accepted, then silence', codes: [], heals: 'always', start: tcp(() => {}) },
  { says: 'one byte now and then', codes: [], start: dripping },
  { says: 'reset before the first byte', codes: ['NETWORK'], start: tcp((socket) => void socket.resetAndDestroy()) },
  {
    says: 'reset within the reply',
    codes: ['NETWORK'],
    start: tcp((socket) => void socket.write(`${HEAD}{"customerId"`, () => socket.resetAndDestroy())),
  },
  { says: '500 for everybody', codes: ['SERVER'], heals: 'always', start: status(500, 'internal') },
  { says: '503 for everybody', codes: ['SERVER'], start: status(503, 'store-unavailable') },
  { says: '503 overloaded', codes: [], start: status(503, 'overloaded') },
  {
    says: 'every other request fails',
    codes: ['SERVER'],
    answered: 0.45, // half, and what a busy machine costs
    start: everyOther,
  },
  // Asked by probes alone, a few in all: some find it there.
  { says: 'comes and goes', codes: ['SERVER'], answered: 0.0003, start: comingAndGoing },
  { says: '429 without a hint', codes: ['THROTTLED'], start: status(429, 'rate-limited') },
  { says: '429 with Retry-After', codes: ['THROTTLED'], start: status(429, 'rate-limited', { 'retry-after': '2' }) },
  // A key that is refused is tried ever more rarely: `refusals.test.ts` turns the clock by minutes.
  { says: '401', codes: ['UNAUTHORIZED'], heals: 'never', start: status(401, 'unauthorized') },
  { says: 'truncated JSON', codes: ['PROTOCOL'], start: always((response) => reply(response, '{"customerId":"c')) },
  { says: 'no JSON', codes: ['PROTOCOL'], start: always((response) => reply(response, 'nonsense')) },
  {
    says: 'JSON of another shape',
    codes: ['PROTOCOL'],
    start: always((response) => reply(response, { ...segmentsOf('c'), segmentIds: 'a' })),
  },
  {
    says: 'a reply of 17 MiB',
    codes: ['PROTOCOL'],
    start: always((response) => Readable.from(Array(17).fill(MIB)).pipe(response.writeHead(200, HUGE))),
  },
  {
    says: 'a web page, 404',
    codes: ['PROTOCOL'],
    start: always((response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<html>')),
  },
  {
    says: 'TLS that fails',
    codes: ['NETWORK'],
    heals: 'never',
    start: tcp((socket) => socket.end('HTTP/1.1 400 Bad\r\n\r\n'), 'https'),
  },
  { says: 'a certificate that nobody trusts', codes: ['NETWORK'], heals: 'never', start: distrusted },
  { says: 'TLS that never begins', codes: ['NETWORK'], heals: 'never', start: tcp(() => {}, 'https') },
  {
    says: 'connections closed as soon as they are idle',
    codes: ['NETWORK'],
    answered: 0.9,
    start: closedWhenIdle,
  },
  {
    says: 'the service restarts again and again',
    codes: ['NETWORK'],
    answered: 0.01,
    heals: 'always',
    start: restarting,
  },
  {
    says: 'names are never resolved',
    codes: [],
    strain: 'names',
    heals: 'always',
    start: named(http(serving())),
  },
  {
    says: 'the event loop stalls for 200 ms',
    codes: [],
    answered: 0.1,
    strain: 'loop',
    start: http(serving()),
  },
  { says: 'the wall clock jumps by a day', codes: [], answered: 0.9, strain: 'clock', start: http(serving()) },
  {
    says: '1,000 at once ask for one customer',
    codes: [],
    answered: 1,
    atMost: 0.001,
    reads: 'crowds',
    start: http(serving()),
  },
  { says: '1,000 at once, and silence', codes: [], atMost: 0.001, reads: 'crowds', start: tcp(() => {}) },
  {
    says: 'closed again and again while busy',
    codes: ['CLOSED'],
    heals: 'never',
    reads: 'closing',
    start: tcp(() => {}),
  },
  {
    says: 'hostile ids, options, signals and fallbacks',
    codes: ['INVALID_ID', 'ABORTED'],
    answered: 0.01,
    reads: 'hostile',
    start: http(serving()),
  },
];
