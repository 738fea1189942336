import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BadRequest, badRequests } from './bad-input.cases.ts';
import { createConformance } from './conformance.ts';
import { readDocument } from './document.ts';
import { type ServerFixture, send, startServer } from './fixture/server.ts';
import { loadedRun, RUN } from './fixture/store.ts';

const conformance = createConformance(await readDocument());
let server: ServerFixture;
const longest = 'x'.repeat(512);
beforeAll(async () => {
  server = await startServer(loadedRun(RUN, { c1: ['recurrent:country:France'], [longest]: [] }));
});
afterAll(() => server[Symbol.asyncDispose]());

type Sent = Pick<BadRequest, 'method' | 'target' | 'headers' | 'body'>;

function bytesOf({ method = 'GET', target, headers, body = '' }: Sent): Uint8Array {
  const length = headers?.['Transfer-Encoding'] ? {} : { 'Content-Length': `${Buffer.byteLength(body)}` };
  const all = { Host: `127.0.0.1:${server.port}`, ...length, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const head = [`${method} ${target} HTTP/1.1`, ...lines, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head), Buffer.from(body)]);
}

test.each(badRequests)('$title is $status $type', async (request) => {
  const { status, headers, body } = await send(server.port, bytesOf(request));
  const { method = 'GET', target } = request;
  expect(conformance({ method, target, status, headers, body })).toEqual([]);
  const problem = JSON.parse(body);
  expect({ status, kind: headers['content-type'] }).toEqual({
    status: request.status,
    kind: 'application/problem+json',
  });
  expect(problem).toMatchObject({ status, type: `urn:segment-store:error:${request.type}` });
  for (const name of request.names) expect(problem.detail).toContain(name);
  if (request.header !== undefined) expect(headers[request.header[0]]).toBe(request.header[1]);
});

const good: readonly string[] = [
  longest,
  encodeURIComponent('…'.repeat(170)),
  '...',
  '%252e%252e',
  'a%2Fb',
  'a%5Cb',
  'a%23b%3Fc',
  'a+b',
  "~:@!$&'()*,;=",
  '%F0%9F%9B%92',
  '%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB',
  '%2F..%2F..%2Flivez',
  '%20',
  '%EF%BB%BF',
  '%EF%BF%BD',
  '%E2%80%AE',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'null',
];
test.each(good)('the customer id %s is read as it stands', async (id) => {
  const target = `/v1/customers/${id}/segments`;
  const { status, body } = await send(server.port, bytesOf({ target }));
  const { customerId, known } = JSON.parse(body);
  expect({ status, customerId, known }).toEqual({
    status: 200,
    customerId: decodeURIComponent(id),
    known: id === longest,
  });
});

test.each(['__proto__', 'constructor', 'toString'])('a filter for %s matches nothing', async (value) => {
  for (const target of [`/v1/customers/c1/segments?type=${value}&country=${value}`, `/v1/segments?type=${value}`]) {
    const { status, body } = await send(server.port, bytesOf({ target }));
    const { segmentIds, segments } = JSON.parse(body);
    expect([status, segmentIds ?? segments]).toEqual([200, []]);
  }
});

test('raw bytes of UTF-8 in a path are refused, not guessed', async () => {
  const { status, body } = await send(
    server.port,
    Buffer.from('GET /v1/customers/é/segments HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  );
  expect([status, JSON.parse(body).status]).toEqual([400, 400]);
});

const secret = 'c-17850';
const personal: readonly [string, Sent, ...string[]][] = [
  ['a path', { target: `/v1/customers/${secret}${'x'.repeat(512)}/segments` }, 'customerId'],
  ['a segment’s place', { target: `/v1/customers/c1/segments/-${secret}` }, 'segmentId'],
  ['a list too long', lookupsOf({ customerIds: Array(101).fill(secret) }), 'customerIds', '101'],
  ['a list in a list', lookupsOf({ customerIds: ['c1', [secret]] }), 'customerIds.1', 'an array of 1'],
  ['a text for a list', lookupsOf({ customerIds: secret }), 'customerIds', 'string'],
  ['another member', lookupsOf({ ids: [secret] }), 'customerIds', 'object'],
  ['a bare list', lookupsOf([secret]), 'body', 'an array of 1'],
  ['a bare text', lookupsOf(secret), 'body', 'string'],
];
test.each(personal)('a refused id in %s is not repeated: error bodies end up in logs', async (_, sent, ...names) => {
  const { status, body } = await send(server.port, bytesOf(sent));
  expect(status).toBe(400);
  expect(body).not.toContain(secret);
  for (const name of names) expect(JSON.parse(body).detail).toContain(name);
});

function lookupsOf(body: unknown): Sent {
  const headers = { 'Content-Type': 'application/json' };
  return { method: 'POST', target: '/v1/lookups', headers, body: JSON.stringify(body) };
}

test('an id of the lookups’ body fails alone', async () => {
  const ids = ['', '.', '..', 'a\u0000', '\ud800', 'x'.repeat(513), 'c1', '__proto__', 'a/b🛒', 'x'.repeat(10_240)];
  const answer = await send(server.port, bytesOf(lookupsOf({ customerIds: ids })));
  const items: { customerId: string; status: number; error?: { detail: string } }[] = JSON.parse(answer.body).items;
  expect(items.map(({ customerId }) => customerId)).toEqual(ids);
  expect(items.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400, 200, 200, 200, 400]);
  const details = items.map(({ error }) => error?.detail ?? '');
  const words = ['empty', 'dot segment', 'dot segment', 'control character', 'surrogate', '513 bytes', ''];
  for (const [index, word] of words.entries()) expect(details[index]).toContain(word);
  expect(details[5]).toMatch(/^body\.customerIds\.5 /);
  expect(details[5]).not.toContain('xx');
});
