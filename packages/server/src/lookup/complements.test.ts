/** What complement segments change in answers; `complements.property.test.ts` says who is in them. */

import { parseCustomerId, parseRunId } from '@segment-store/contract/id';
import { unlimited } from '@segment-store/resilience/operation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createConformance } from '../conformance.ts';
import { readDocument } from '../document.ts';
import { createFixture, type Fixture } from '../fixture/app.ts';
import { complement, createFixtureStore, loadedRun, NEXT_RUN, RUN, segment } from '../fixture/store.ts';
import { keptReader } from '../state/kept-reader.ts';
import { encode } from './answer.ts';
import { withComplements } from './complements.ts';
import { toSelection } from './select.ts';

const ordered = segment('ordered:store:1', { store: '1', country: 'France' });
const stranger = complement(segment('never:store:1', { store: '1', country: 'France' }), ordered.id, 'everyone');
/** So many are in France, half of them in one store, and one in both that store and Spain. */
const many = Array.from({ length: 2_001 }, (_, index) => {
  const attributes = { country: 'France', store: index < 2_000 ? 'big' : 'small', city: `${index}` };
  return complement(segment(`many:city:${String(index).padStart(4, '0')}`, attributes), ordered.id, 'known');
});
const odd = complement(segment('odd:store:big', { country: 'Spain', store: 'big' }), ordered.id, 'known');
const few = loadedRun(RUN, { c1: [ordered.id], c2: [] }, [stranger]);
const all = loadedRun(NEXT_RUN, { c1: [ordered.id], c2: [] }, [...many, odd]);

const conformance = createConformance(await readDocument());
let [small, large]: [Fixture?, Fixture?] = [];
beforeAll(async () => {
  [small, large] = [await createFixture(few), await createFixture(all)];
});
afterAll(async () => {
  await small?.[Symbol.asyncDispose]();
  await large?.[Symbol.asyncDispose]();
});

const lookups = (body: object) => {
  const headers = { 'Content-Type': 'application/json' };
  return { target: '/v1/lookups', init: { method: 'POST', headers, body: JSON.stringify(body) } };
};

async function answerOf(fixture: Fixture | undefined, target: string, init: RequestInit = {}) {
  const response = await fixture?.app.request(target, init);
  if (response === undefined) throw new Error('not started');
  const headers = Object.fromEntries(response.headers);
  const answer = { status: response.status, headers, body: await response.text() };
  expect(conformance({ method: init.method ?? 'GET', target, ...answer })).toEqual([]);
  return { ...answer, json: JSON.parse(answer.body) };
}

const answers: readonly [string, string, object][] = [
  ['unfiltered they are left out', 'c2/segments', { known: true, complete: false, segmentIds: [] }],
  ['of a customer never seen, too', 'never/segments', { known: false, complete: false, segmentIds: [] }],
  ['by type, too', 'c2/segments?type=never', { complete: false, segmentIds: [] }],
  ['a type that has none has them all', 'c1/segments?type=ordered', { complete: true, segmentIds: [ordered.id] }],
  ['a filter by attribute has them', 'c2/segments?store=1', { complete: true, segmentIds: [stranger.id] }],
  ['a customer never seen is in one', 'never/segments?store=1', { known: false, segmentIds: [stranger.id] }],
  ['`include` has them', 'c2/segments?include=complements', { complete: true, segmentIds: [stranger.id] }],
  ['who is in the base is not', 'c1/segments?include=complements', { complete: true, segmentIds: [ordered.id] }],
  [
    'the full view says what they are',
    'c2/segments?store=1&view=full',
    { segments: [{ id: stranger.id, type: 'never', name: stranger.name, attributes: stranger.attributes }] },
  ],
  ['one is asked for by itself', `c2/segments/${stranger.id}`, { member: true, known: true }],
  ['by a customer never seen', `never/segments/${stranger.id}`, { member: true, known: false }],
  ['by who is in the base', `c1/segments/${stranger.id}`, { member: false, known: true }],
];
test.each(answers)('%s', async (_, path, answer) => {
  expect((await answerOf(small, `/v1/customers/${path}`)).json).toMatchObject(answer);
});

test('many customers at once', async () => {
  const { target, init } = lookups({ customerIds: ['c1', 'c2', 'never'], include: 'complements' });
  const { json } = await answerOf(small, target, init);
  expect(json.items.map(({ segmentIds }: { segmentIds: string[] }) => segmentIds)).toEqual([
    [ordered.id],
    [stranger.id],
    [stranger.id],
  ]);
});

test('the catalogue says the rule', async () => {
  const { json } = await answerOf(small, `/v1/segments/${stranger.id}`);
  expect(json).toMatchObject({ complementOf: ordered.id, universe: 'everyone' });
  expect((await answerOf(small, `/v1/segments/${ordered.id}`)).json).not.toHaveProperty('complementOf');
});

test('too many that come to be asked for all the same, as by a warm-up, are left out and the answer says so', () => {
  const customerId = parseCustomerId('c1');
  const reader = keptReader(all);
  const query = { view: 'ids', customerId, ...toSelection({ include: 'complements' }) } as const;
  const answer = JSON.parse(encode(all.members.get(customerId), query, reader).body);
  expect(answer).toMatchObject({ complete: false, segmentIds: [ordered.id] });
});

test('a generation of very many is opened in turns that leave the event loop to lookups', async () => {
  const store = createFixtureStore();
  store.publish(all);
  let turns = 0;
  const count = () => {
    turns += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  await withComplements(store).open(parseRunId(NEXT_RUN), unlimited);
  clearImmediate(counting);
  expect(turns).toBeGreaterThan(3);
});

const hot = (path: string) => answerOf(small, `/v1/customers/hot/segments${path}`);
test('equal questions share an entry of the cache, others do not', async () => {
  const asked = [
    '',
    '?include=complements',
    '?store=1',
    '?store=1&include=complements',
    '?view=full',
    '?store=1&view=full',
  ];
  const status = [];
  for (const path of asked) status.push([path, (await hot(path)).headers['cache-status']]);
  const [miss, hit] = ['segment-store; fwd=miss; stored', 'segment-store; hit'];
  expect(status).toEqual([
    ['', miss],
    ['?include=complements', miss],
    ['?store=1', miss],
    ['?store=1&include=complements', hit],
    ['?view=full', miss],
    ['?store=1&view=full', miss],
  ]);
});

const questions: readonly [string, number][] = [
  ['?include=complements', 422],
  ['?include=complements&type=many', 422],
  ['?country=France', 422],
  ['?country=France&country=Spain&type=many&type=odd', 422],
  ['?country=France&type=many', 422],
  ['', 200],
  ['?type=many', 200],
  ['?country=Spain', 200],
  ['?store=big&country=France', 200],
  ['?store=big', 422],
  ['?store=small', 200],
  ['?country=France&city=7', 200],
  ['?country=France&type=ordered', 200],
];
test.each(questions)('of 2,002 complement segments, %s is %i', async (search, expected) => {
  // The refusal has nothing to do with the customer, and the second one comes from no cache.
  for (const customer of ['c2', 'never', 'c2']) {
    const { status, json } = await answerOf(large, `/v1/customers/${customer}/segments${search}`);
    expect(status).toBe(expected);
    if (status === 422) expect(json).toMatchObject({ type: 'urn:segment-store:error:invalid-request', status });
    if (status === 422) for (const name of ['2000', 'filter', 'store']) expect(json.detail).toContain(name);
  }
});

test('too many are refused before anything is read, in lookups, too', async () => {
  const before = large?.store.reads.length;
  const { target, init } = lookups({ customerIds: ['unread'], filter: { country: ['France'] } });
  expect((await answerOf(large, target, init)).status).toBe(422);
  expect((await answerOf(large, '/v1/customers/unread/segments?country=France')).status).toBe(422);
  expect(large?.store.reads.length).toBe(before);
});

test('2,000 are answered, by id', async () => {
  const { json } = await answerOf(large, '/v1/customers/c2/segments?store=big&country=France');
  expect(json.segmentIds).toEqual(many.slice(0, 2_000).map(({ id }) => id));
});

test('what was few enough may be too many in the next generation: kept answers are not given for it', async () => {
  await using fixture = await createFixture(few);
  const target = '/v1/customers/c2/segments?country=France';
  expect((await answerOf(fixture, target)).status).toBe(200);
  await fixture.publish(all);
  expect((await answerOf(fixture, target)).status).toBe(422);
});
