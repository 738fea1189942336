import { parseCustomerId } from '@segment-store/contract/id';
import { unlimited } from '@segment-store/resilience/operation';
import { published, runAt } from '@segment-store/store/store.fixture';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createConformance } from '../conformance.ts';
import { readDocument } from '../document.ts';
import { createEmbedded, type EmbeddedFixture } from '../fixture/embedded.ts';

// A real store waits for the disk.
vi.setConfig({ testTimeout: 30_000 });
const conformance = createConformance(await readDocument());

async function given(): Promise<EmbeddedFixture> {
  const fixture = await createEmbedded();
  onTestFinished(() => fixture[Symbol.asyncDispose]());
  await published(fixture.store, runAt(1), { 'c/1': ['s:1'], c2: ['s:1'] });
  await fixture.served(runAt(1));
  return fixture;
}

async function ask({ app }: EmbeddedFixture, method: string, target: string) {
  const response = await app.request(target, { method });
  const { status } = response;
  const text = await response.text();
  const exchange = { method, target, status, headers: Object.fromEntries(response.headers), body: text };
  expect(conformance(exchange)).toEqual([]);
  return { status, body: JSON.parse(text) };
}

const segmentsOf = (id: string) => `/v1/customers/${id}/segments`;

test('an erased customer is a stranger at once, in every answer, and the receipt does not name them', async () => {
  const fixture = await given();
  for (const target of [segmentsOf('c%2F1'), `${segmentsOf('c%2F1')}?view=full`, `${segmentsOf('c%2F1')}/s:1`]) {
    expect((await ask(fixture, 'GET', target)).body.known).toBe(true);
  }
  const { status, body } = await ask(fixture, 'DELETE', '/v1/customers/c%2F1');
  expect(status).toBe(200);
  expect(body).toEqual({
    at: expect.stringMatching(/^2.*Z$/),
    recorded: 1,
    generations: [{ run: runAt(1), state: 'live', deleted: 1 }],
  });
  expect((await ask(fixture, 'GET', segmentsOf('c%2F1'))).body).toMatchObject({ known: false, segmentIds: [] });
  expect((await ask(fixture, 'GET', `${segmentsOf('c%2F1')}?view=full`)).body).toMatchObject({
    known: false,
    segments: [],
  });
  expect((await ask(fixture, 'GET', `${segmentsOf('c%2F1')}/s:1`)).body).toMatchObject({ known: false, member: false });
  expect((await ask(fixture, 'GET', segmentsOf('c2'))).body).toMatchObject({ known: true });
});

test('erasing again, or somebody never seen, is done as well', async () => {
  const fixture = await given();
  const erase = async (id: string) => (await ask(fixture, 'DELETE', `/v1/customers/${id}`)).body;
  expect(await erase('nobody')).toMatchObject({ recorded: 1, generations: [{ run: runAt(1), deleted: 0 }] });
  expect(await erase('nobody')).toMatchObject({ recorded: 0 });
});

test('what another process erases is never answered from a cache', async () => {
  const fixture = await given();
  const lookup = async () => {
    const headers = { 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify({ customerIds: ['c2', 'c/1'] }) };
    const { items } = JSON.parse(await (await fixture.app.request('/v1/lookups', init)).text());
    return items.map(({ known }: { known: boolean }) => known);
  };
  expect(await lookup()).toEqual([true, true]);
  await fixture.store.erasures.add([parseCustomerId('c2')], unlimited);
  await expect.poll(lookup, { interval: 5, timeout: 10_000 }).toEqual([false, true]);
  expect((await ask(fixture, 'GET', segmentsOf('c2'))).body).toMatchObject({ known: false });
});

test('an id that is none is refused', async () => {
  const fixture = await given();
  const { status, body } = await ask(fixture, 'DELETE', `/v1/customers/${'x'.repeat(513)}`);
  expect([status, body.type]).toEqual([400, 'urn:segment-store:error:invalid-id']);
});

test('a store that does not answer leaves open whether it is done: send it again', async () => {
  const fixture = await given();
  await fixture.store[Symbol.asyncDispose]();
  const { status, body } = await ask(fixture, 'DELETE', '/v1/customers/c2');
  expect([status, body.type]).toEqual([503, 'urn:segment-store:error:store-unavailable']);
  expect(body.detail).toContain('send this again');
});
