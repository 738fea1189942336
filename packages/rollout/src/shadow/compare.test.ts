import { expect, test } from 'vitest';
import { answerOf, noAnswer } from './answer.ts';
import { type Answers, compare } from './compare.ts';
import { questionOf, template } from './question.ts';

const body = (fields: object = {}) =>
  JSON.stringify({
    customerId: 'c1',
    known: true,
    generation: 'g1',
    complete: true,
    segmentIds: ['a', 'b'],
    ...fields,
  });
const answer = (fields: object = {}) => answerOf(200, body(fields));
const all = (answers: Partial<Answers>): Answers => ({
  candidate: answer(),
  controlA: answer(),
  controlB: answer(),
  ...answers,
});

test.each([
  ['nothing differs', {}, 'equal'],
  [
    'segments in another order, twice, of another hour',
    { candidate: answer({ segmentIds: ['b', 'a', 'a'], computedAt: 'x' }) },
    'equal',
  ],
  ['a segment is missing', { candidate: answer({ segmentIds: ['a'] }) }, 'candidate'],
  ['a segment too many', { candidate: answer({ segmentIds: ['a', 'b', 'c'] }) }, 'candidate'],
  ['the candidate does not know the customer', { candidate: answer({ known: false }) }, 'candidate'],
  ['the candidate fails', { candidate: answerOf(500, '') }, 'candidateSilent'],
  ['the candidate refuses', { candidate: answerOf(403, '') }, 'candidate'],
  ['the candidate does not answer', { candidate: noAnswer }, 'candidateSilent'],
  ['the candidate answers no JSON', { candidate: answerOf(200, '<html>') }, 'candidate'],
  ['a segment is described otherwise', { candidate: answer({ segments: [{ id: 'a', name: 'A' }] }) }, 'candidate'],
  ['the candidate is a publish behind', { candidate: answer({ generation: 'g0', segmentIds: [] }) }, 'generation'],
  ['a control is a publish behind', { controlB: answer({ generation: 'g0' }) }, 'generation'],
  ['control B fails', { controlB: noAnswer }, 'controlSilent'],
  ['control B answers otherwise', { controlB: answer({ segmentIds: [] }) }, 'noise'],
  ['control A answers otherwise', { controlA: answer({ segmentIds: [] }) }, 'both'],
  ['control A fails', { controlA: noAnswer }, 'silent'],
  ['two fail', { candidate: noAnswer, controlB: noAnswer }, 'silent'],
  [
    'everybody refuses the same',
    { candidate: answerOf(404, 'x'), controlA: answerOf(404, 'y'), controlB: answerOf(404, '') },
    'equal',
  ],
] as const)('%s: %j', (_, answers, found) => {
  expect(compare(all(answers))).toBe(found);
});

test('items of lookups are compared one by one', () => {
  const items = (...ids: readonly string[][]) =>
    answerOf(
      200,
      JSON.stringify({
        items: ids.map((segmentIds) => ({ customerId: 'c', status: 200, generation: 'g1', segmentIds })),
      }),
    );
  const controls = { controlA: items(['a'], ['b']), controlB: items(['a'], ['b']) };
  expect(compare({ ...controls, candidate: items(['a'], ['b']) })).toBe('equal');
  expect(compare({ ...controls, candidate: items(['b'], ['a']) })).toBe('candidate');
  expect([...items(['a'], ['b']).segmentIds]).toEqual(['a', '1 b']);
});

test.each([
  [
    'GET',
    '/v1/customers/a%2Fb/segments?country=France',
    '',
    'a/b',
    'GET /v1/customers/{customerId}/segments?country=France',
  ],
  ['GET', '/v1/customers/c1/segments/new:1', '', 'c1', 'GET /v1/customers/{customerId}/segments/new:1'],
  ['POST', '/v1/lookups', '{"customerIds":["c2","c3"]}', 'c2', 'POST /v1/lookups'],
] as const)('%s %s asks about %s%s', (...[method, target, asked, customer, shown]) => {
  const question = questionOf(method, target, asked);
  expect(question).toMatchObject({ method, target, customer });
  expect(question && template(question)).toBe(shown);
});

test.each([
  ['DELETE', '/v1/customers/c1', ''],
  ['POST', '/v1/generations/rollback', ''],
  ['GET', '/v1/segments', ''],
  ['GET', '/v1/customers/%ff/segments', ''],
  ['GET', '/v1/customers/c1/segments/a/b', ''],
  ['POST', '/v1/lookups', '{'],
  ['POST', '/v1/lookups', '{"customerIds":[17]}'],
  ['PUT', '/v1/lookups', '{"customerIds":["c"]}'],
])('%s %s %s is never asked again', (method, target, asked) => {
  expect(questionOf(method, target, asked)).toBeUndefined();
});
