/** A hundred thousand segments in a real Chromium: found, filtered and walked through as a hundred are. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRunId, parseSegmentId } from '@segment-store/contract/id';
import type { Segment } from '@segment-store/contract/lines';
import { openStore } from '@segment-store/store/open';
import { callFor, fillAll, manifestOf } from '@segment-store/store/store.fixture';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type RunningServer, startServer } from '../support/commands.ts';
import { openBrowser, openPage } from './browser.ts';

const SEGMENTS = 100_000;
const RUN = parseRunId('20260101t000000z');

let server: RunningServer;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  const store = `embedded:${join(await mkdtemp(join(tmpdir(), 'segment-large-')), 'store')}`;
  [browser] = await Promise.all([openBrowser(), publish(store)]);
  server = await startServer(['--store', store]);
});
afterAll(async () => {
  await Promise.all([browser.close(), server.stop()]);
});
beforeEach(async () => {
  const opened = await openPage(browser, { baseURL: server.url });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  page = opened.page;
  await page.goto('/console/catalogue');
});

async function publish(url: string): Promise<void> {
  await using store = openStore(url, {});
  await using build = await store.writer.build(manifestOf(RUN), callFor(120_000));
  await build.catalogue(segments());
  await fillAll(build, [{ c1: ['regulars:store:7'] }]);
  await build.seal();
  await store.publisher.publish(RUN, 0, []);
}

/** Ten templates over ten thousand stores of two hundred cities. */
async function* segments(): AsyncGenerator<Segment> {
  for (let index = 0; index < SEGMENTS; index += 1) {
    const [template, store] = [index % 10, Math.floor(index / 10)];
    const key = ['regulars', 'lapsed', 'new-customers'][template] ?? `template-${template}`;
    const attributes = { store: `${store}`, city: `City ${store % 200}`, country: `Country ${store % 12}` };
    const facts = { type: `type-${template}`, name: `${key} of shop ${store}`, attributes };
    yield { id: parseSegmentId(`${key}:store:${store}`), ...facts, asOf: new Date(0), size: (store * 7919) % 50_000 };
  }
}

const told = () => page.getByRole('status').textContent();
const ids = () => page.locator('tbody th code').allTextContents();

test('a search as one types finds what it names among all, and says how much that is', async () => {
  expect(await told()).toBe('100,000 segments');
  expect(await page.locator('tbody tr').count()).toBe(50);
  await page.getByLabel('Name or id').fill('shop 99');
  // Shops 99, 990–999 and 9900–9999.
  await expect.poll(told).toBe('1,110 of 100,000 segments');
  await page.getByLabel('Name or id').fill('nobody is called so');
  await expect.poll(told).toBe('0 of 100,000 segments');
  expect(await page.getByRole('link', { name: 'All segments' }).isVisible()).toBe(true);
});

test('filters narrow together, by choosing or, where there are very many values, by typing', async () => {
  await page.getByLabel('Country').selectOption('Country 7');
  await page.getByLabel('Type').selectOption('type-3');
  await expect.poll(told).toBe('833 of 100,000 segments');
  await page.getByLabel('Store').fill('19');
  await expect.poll(told).toBe('1 of 100,000 segments');
  expect(await ids()).toEqual(['template-3:store:19']);
});

test('the largest come first, and pages follow each other to the last', async () => {
  await page.getByLabel('Order').selectOption('size');
  await expect.poll(() => page.locator('tbody tr').first().locator('td').last().textContent()).toBe('49,992');
  await page.goto(`/console/catalogue?${new URLSearchParams({ cursor: `${RUN} 5 template-9:store:9970` })}`);
  expect((await ids()).at(0)).toBe('template-9:store:9971');
  expect(await page.getByRole('link', { name: 'Next page' }).count()).toBe(0);
  await page.getByRole('link', { name: 'First page' }).click();
  await page.waitForURL('**/console/catalogue');
  expect(await ids()).toHaveLength(50);
});

test('lookups are answered while somebody searches', async () => {
  const search = Promise.all(['1', '2', '3', '4'].map((text) => fetch(`${server.url}/console/catalogue?q=${text}`)));
  const lookup = await fetch(`${server.url}/v1/customers/c1/segments`);
  expect(await lookup.json()).toMatchObject({ segmentIds: ['regulars:store:7'] });
  expect((await search).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
});
