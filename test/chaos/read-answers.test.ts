import { expect, test } from 'vitest';
import { readAnswers } from './read-answers.ts';

const RUN = '20260101t000000z';
const asked = { askedAt: 10, server: 'server-1', customers: ['c1'] };
const HEADERS = [
  `Segment-Generation: ${RUN}`,
  'segment-epoch: 7',
  'Segment-Epoch-Floor: 5',
  'Content-Type: application/json',
];
const answered = (status: string, body: object, headers: readonly string[] = HEADERS) =>
  `HTTP/1.1 ${status}\r\n${headers.join('\r\n')}\r\n\r\n${JSON.stringify(body)}`;

const found = { run: RUN, named: RUN, epoch: 7, floor: 5, isStale: false, known: true, segments: 'a b' };
const body = { customerId: 'c1', known: true, generation: RUN, segmentIds: ['b', 'a'] };

test('an answer is what its head and its body say', () => {
  expect(readAnswers(answered('200 OK', body), asked, 12)).toEqual([
    { askedAt: 10, answeredAt: 12, server: 'server-1', customer: 'c1', status: 200, found },
  ]);
});

test('a stale answer is one that says so', () => {
  const [answer] = readAnswers(answered('200 OK', body, [...HEADERS, 'Segment-Stale: ?1']), asked, 12);
  expect(answer?.found?.isStale).toBe(true);
});

test('a problem has its kind', () => {
  const problem = { type: 'urn:segment-store:error:store-unavailable' };
  expect(readAnswers(answered('503 Service Unavailable', problem), asked, 12)).toEqual([
    { askedAt: 10, answeredAt: 12, server: 'server-1', customer: 'c1', status: 503, problem: 'store-unavailable' },
  ]);
});

test('a batch is an answer to each customer, some of which may have failed', () => {
  const items = [
    { ...body, status: 200 },
    { customerId: 'c2', status: 503, error: { type: 'urn:segment-store:error:deadline' } },
  ];
  const answers = readAnswers(answered('200 OK', { items }), { ...asked, customers: ['c1', 'c2'] }, 12);
  expect(answers.map(({ customer, status, problem }) => [customer, status, problem])).toEqual([
    ['c1', 200, undefined],
    ['c2', 503, 'deadline'],
  ]);
  expect(answers[0]?.found).toEqual(found);
});

test('no answer is one for everybody who was asked about', () => {
  const answers = readAnswers(undefined, { ...asked, customers: ['c1', 'c2'] }, 12);
  expect(answers.map(({ customer, status }) => [customer, status])).toEqual([
    ['c1', 0],
    ['c2', 0],
  ]);
});
