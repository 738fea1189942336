/** Pages about what is served: customers, catalogue, a segment. */
import { parseCustomerId } from '@segment-store/contract/id';
import { unlimited } from '@segment-store/resilience/operation';
import { published, runAt } from '@segment-store/store/store.fixture';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createFixture, type Fixture } from '../fixture/app.ts';
import { createEmbedded } from '../fixture/embedded.ts';
import { loadedRun, NEXT_RUN, RUN, segment, unavailable } from '../fixture/store.ts';
import { textOf, Visitor } from './visits.fixture.ts';

const hostile = {
  ...segment('hostile', { city: '"><script>alert(1)</script>' }),
  name: `<img src=x onerror='alert("1")'>`,
};
const many = Array.from({ length: 120 }, (_, index) => ({
  ...segment(`shop:store:${1000 + index}`, { store: `${index}` }),
  size: index,
}));
const complement = { ...segment('not-a'), complementOf: segment('a').id, universe: 'known' as const };
const members = { c1: ['a', 'hostile'], 'é % + &': ['a'], empty: [] };
const loaded = loadedRun(RUN, members, [segment('a', { country: 'France' }), hostile, complement, ...many]);

let fixture: Fixture;
let visitor: Visitor;
beforeAll(async () => {
  fixture = await createFixture(loaded);
  visitor = new Visitor(fixture.app);
});
afterAll(() => fixture[Symbol.asyncDispose]());

const open = async (page: string, query: Readonly<Record<string, string>> = {}) => {
  const { status, html } = await visitor.open(`/console/${page}?${new URLSearchParams(query)}`);
  return { status, html, text: textOf(html) };
};

test('a customer’s segments stand with where the answer was found', async () => {
  const miss = await open('customers', { id: 'c1' });
  expect(miss.text).toMatch(
    /Known yes Generation \d{8}t\d{6}z Computed .* Found in the store, [\d.]+ ms Age of the answer new/,
  );
  expect(miss.text).toContain('2 segments');
  const hit = await open('customers', { id: 'c1' });
  expect(hit.text).toContain('Found in the memory of this server');
});

test('a customer whom the generation does not know, one in no segment and one who was erased are told apart', async () => {
  expect((await open('customers', { id: 'stranger' })).text).toContain('This generation does not know this customer');
  expect((await open('customers', { id: 'empty' })).text).toContain('Known yes');
  expect((await open('customers', { id: 'empty' })).text).toContain('In no such segment');
  expect((await open('customers', { id: '..' })).text).toContain('This is no customer id');
  expect((await open('customers')).text).toContain('Which segments is a customer in?');
});

test('a customer who was erased is said to be, not to be unknown', async () => {
  await using embedded = await createEmbedded();
  await published(embedded.store, runAt(1), { c1: ['a'] });
  await embedded.served(runAt(1));
  await embedded.erased.add(parseCustomerId('c1'), unlimited);
  const { html } = await new Visitor(embedded.app).open('/console/customers?id=c1');
  expect(textOf(html)).toContain('This customer was erased');
  expect(html).not.toContain('does not know');
});

test('an id of any letters is looked up as it was typed', async () => {
  const { text, html } = await open('customers', { id: 'é % + &' });
  expect(text).toContain('1 segment ');
  expect(html).toContain('value="é % + &amp;"');
  expect(text).toContain('/v1/customers/%C3%A9%20%25%20%2B%20%26/segments');
});

test('a store that does not answer is no unknown customer', async () => {
  fixture.store.onRead = () => Promise.reject(unavailable());
  onTestFinished(() => {
    fixture.store.onRead = undefined;
  });
  const { status, text, html } = await open('customers', { id: 'nobody-asked-for-this-one' });
  expect(status).toBe(503);
  expect(text).toContain('The store did not answer (UNAVAILABLE); try again.');
  expect(html).toContain('value="nobody-asked-for-this-one"');
});

test('complement segments are answered when they are asked for; until then the page says that they are left out', async () => {
  const without = await open('customers', { id: 'empty' });
  expect(without.text).toContain('Left out complement segments show them');
  const shown = /href="([^"]+)"[^>]*>show them/.exec(without.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
  expect(shown).toBe('/console/customers?id=empty&include=complements');
  const text = textOf((await visitor.open(shown)).html);
  expect(text).toContain('Name of not-a');
  expect(text).not.toContain('Left out');
  expect(text).toContain('/v1/customers/empty/segments?include=complements&amp;view=full');
});

test('a filter narrows as it does in the API, and stays in the form', async () => {
  const { text, html } = await open('customers', { id: 'c1', country: 'France', city: '' });
  expect(text).toContain('1 segment ');
  expect(html).toContain('name="country" value="France"');
  expect(text).toContain('/v1/customers/c1/segments?country=France&amp;view=full');
});

test('more complement segments than an answer may have are said below the question', async () => {
  const rules = Array.from({ length: 2_001 }, (_, index) => ({
    ...segment(`not-a:${index}`),
    complementOf: segment('a').id,
    universe: 'known' as const,
  }));
  await using large = await createFixture(loadedRun(RUN, { c1: ['a'] }, [segment('a'), ...rules]));
  const { status, html } = await new Visitor(large.app).open('/console/customers?id=c1&include=complements');
  expect(status).toBe(422);
  expect(textOf(html)).toContain('Too much is asked at once More than 2000 complement segments fit this question');
  expect(html).toContain('value="c1"');
});

test('what a catalogue says is shown as text', async () => {
  for (const page of ['catalogue', 'catalogue/hostile']) {
    const { html } = await open(page);
    expect(html).not.toMatch(/<img src=x|<script>alert/);
    expect(html).toContain('&lt;img src=x onerror=');
  }
});

test('a catalogue is found by text and filter, in pages whose cursor is of one generation', async () => {
  const first = await open('catalogue', { q: 'SHOP', order: 'size' });
  expect(first.text).toContain('120 of 123 segments');
  const next = /href="([^"]+)" rel="next"/.exec(first.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const second = await visitor.open(next);
  expect([...second.html.matchAll(/<code>(shop:store:\d+)/g)].map(([, id]) => id).slice(0, 2)).toEqual([
    'shop:store:1069',
    'shop:store:1068',
  ]);
  expect((await open('catalogue', { store: '7' })).text).toContain('1 of 123 segments');
  expect((await open('catalogue', { country: 'Peru' })).text).toContain('No segment is like that');
  const outdated = await open('catalogue', { cursor: `${NEXT_RUN} 5 a` });
  expect([outdated.status, outdated.text.includes('Another generation is served by now')]).toEqual([200, true]);
  for (const cursor of ['', 'x', `${RUN} x a`, `${RUN} 1 a b`])
    expect((await open('catalogue', { cursor })).status).toBe(200);
});

test('a segment shows its rule, or how to list its members', async () => {
  const { text } = await open('catalogue/a');
  expect(text).toContain('curl -H "Authorization: Bearer $KEY" http://console/v1/segments/a/members');
  const rule = await open('catalogue/not-a');
  expect(rule.text).toContain('every customer whom the generation knows, except for members of a ');
  expect(rule.text).not.toContain('curl');
  expect((await open('catalogue/nothing')).status).toBe(404);
  expect((await open('catalogue/no segment')).status).toBe(400);
});

test('before anything is served, pages say why', async () => {
  await using starting = await createFixture();
  const early = new Visitor(starting.app);
  for (const page of ['catalogue', 'catalogue/a', 'customers?id=c1', 'status']) {
    const { status, html } = await early.open(`/console/${page}`);
    expect(textOf(html)).toMatch(/waiting for the store|no generation has been published yet/i);
    expect([200, 503]).toContain(status);
  }
});
