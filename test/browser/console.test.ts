/** The console in a real Chromium, by the server's own command: every page, light and dark, empty, in trouble and full. */
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type RunningServer, startServer } from '../support/commands.ts';
import { createKey } from '../support/keys.ts';
import { judge, type Opened, openBrowser, openPage } from './browser.ts';
import { openShop, type Shop } from './shop.ts';

const MAX_SCRIPT_BYTES = 15 * 1024;
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9';

type State = 'full' | 'empty' | 'in trouble';
let browser: Browser;
let shop: Shop;
let keys: { readonly file: string; readonly reader: string; readonly publisher: string };
let servers: { readonly [state in State]: RunningServer };

beforeAll(async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'segment-console-'));
  const [opened, made, empty, troubled] = await Promise.all([
    openBrowser(),
    openShop(Date.now()),
    startServer(['--store', `embedded:${join(scratch, 'store')}`], 'starting'),
    startServer(['--store', NOWHERE], 'starting'),
    makeKeys(join(scratch, 'keys.json')),
  ]);
  browser = opened;
  shop = made;
  const full = await startServer(['--store', shop.store, '--keys', keys.file, '--workers', '2']);
  servers = { full, empty, 'in trouble': troubled };
});
afterAll(async () => {
  await browser.close();
  await Promise.all(Object.values(servers).map((server) => server.stop()));
});

async function makeKeys(file: string): Promise<void> {
  const reader = await createKey(file, 'ada', '--scopes', 'read');
  keys = { file, reader, publisher: await createKey(file, 'grace', '--scopes', 'read,publish') };
}

type Options = Parameters<typeof openPage>[1];

async function arrive(state: State, options: Options = {}): Promise<Opened> {
  const opened = await openPage(browser, { baseURL: servers[state].url, ...options });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

/** On the server that has everything, signed in. */
async function visit(options: Options = {}, key: string = keys.publisher): Promise<Opened> {
  const opened = await arrive('full', options);
  await signIn(opened.page, key);
  return opened;
}

async function signIn(page: Page, key: string): Promise<void> {
  await page.goto('/console/sign-in');
  await page.getByLabel('API key or token').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/console/generations');
}

const PAGES: Readonly<Record<string, () => string>> = {
  generations: () => '/console/generations',
  'a generation': () => `/console/generations/${shop.runs[1]}?changes`,
  'a build': () => `/console/generations/${shop.building}`,
  customers: () => '/console/customers',
  'a customer': () => '/console/customers?id=c-1007',
  'an unknown customer': () => '/console/customers?id=nobody',
  catalogue: () => '/console/catalogue',
  'a search without results': () => '/console/catalogue?q=nothing+is+called+so',
  'a segment': () => '/console/catalogue/new-customers:city:Paris',
  status: () => '/console/status',
  'rolling back': () => '/console/rollback',
  'no page': () => '/console/nowhere',
};

test.each(['full', 'empty', 'in trouble'] as const)(
  '%s, light and dark: axe finds nothing, and nothing is against the content policy',
  async (state) => {
    const { page, complaints } = await arrive(state);
    const found: unknown[] = [];
    const check = async (name: string) => {
      const { violations, incomplete } = await judge(page);
      if (violations.length > 0 || incomplete.length > 0) found.push({ name, violations, incomplete });
    };
    if (state === 'full') {
      await page.goto('/console/sign-in');
      await check('signing in');
      await signIn(page, keys.publisher);
    }
    for (const [name, path] of Object.entries(PAGES)) {
      await page.goto(path());
      await check(name);
    }
    await page.getByRole('button', { name: 'Keys' }).click();
    await check('the list of keys');
    expect(found).toEqual([]);
    expect(complaints).toEqual([]);
  },
);

test('on a phone no page is wider than the screen, and no table hides a column', async () => {
  const { page } = await visit({ viewport: { width: 360, height: 720 } });
  const tooWide: unknown[] = [];
  for (const [name, path] of Object.entries(PAGES)) {
    await page.goto(path());
    const found: string[] = await page.evaluate(WIDER_THAN_THEIR_PLACE);
    if (found.length > 0) tooWide.push({ name, found });
  }
  expect(tooWide).toEqual([]);
});
/** The page itself, its navigation and tables. */
const WIDER_THAN_THEIR_PLACE = `[...document.querySelectorAll('html, header ul, .scroll')]
  .filter((one) => one.scrollWidth > one.clientWidth)
  .map((one) => one.tagName + ' ' + (one.getAttribute('aria-label') ?? '') + ' ' + one.scrollWidth + ' > ' + one.clientWidth)`;

test('without script every page reads and searches as with it', async () => {
  const { page } = await visit({ javaScriptEnabled: false }, keys.reader);
  await page.getByRole('textbox', { name: 'Customer id' }).fill('c-1007');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.getByRole('row').count()).toBeGreaterThan(5);
  await page.getByRole('link', { name: 'Catalogue' }).click();
  await page.getByLabel('Country').selectOption('Spain');
  await page.getByRole('button', { name: 'Search' }).click();
  expect(await page.getByRole('status').textContent()).toMatch(/^\d+ of 228 segments$/);
  await page.getByRole('link', { name: 'Next page' }).click();
  expect(new URL(page.url()).searchParams.get('country')).toBe('Spain');
  await page.getByRole('link', { name: 'Roll back' }).click();
  expect(await page.getByText('You may look, not roll back').isVisible()).toBe(true);
});

test('everything on the way to an answer is done by keys, and where one is can be seen', async () => {
  const { page } = await visit();
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.waitForURL('**/console/catalogue');
  await page.keyboard.press('/');
  await page.keyboard.type('paris');
  await page.waitForURL('**/console/catalogue?q=paris&order=id');
  await expect.poll(() => page.getByRole('status').textContent()).toBe('4 of 228 segments');
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/console/catalogue/lapsed:city:Paris');
  await page.keyboard.press('?');
  expect(await page.getByRole('dialog', { name: 'Keys' }).isVisible()).toBe(true);
  await page.keyboard.press('Escape');
  expect(await page.getByRole('dialog', { name: 'Keys' }).isVisible()).toBe(false);
});

test('with Tab alone every link, field and button of a page is reached, each with a visible focus', async () => {
  const { page } = await visit();
  await page.goto('/console/rollback');
  const wanted = await page.locator('a:visible, button:visible:enabled, input:visible, select:visible').count();
  const seen = new Set<string>();
  for (let presses = 0; presses < wanted + 10; presses += 1) {
    await page.keyboard.press('Tab');
    const focus: { place: string; outline: string } = await page.evaluate(FOCUSED);
    if (focus.place === 'A#main') continue;
    expect(focus).toMatchObject({ outline: 'solid' });
    seen.add(focus.place);
  }
  expect(seen.size).toBeGreaterThanOrEqual(wanted);
});
/** Which element has the focus, by its place among all. */
const FOCUSED = `(() => {
  const focused = document.activeElement;
  const place = [...document.querySelectorAll('*')].indexOf(focused);
  return { place: focused.tagName + ' ' + place, outline: focused === document.body ? 'solid' : getComputedStyle(focused).outlineStyle };
})()`;

test('keys can be turned off, and stay so', async () => {
  const { page } = await visit();
  await page.keyboard.press('?');
  await page.getByLabel('Single keys do this').uncheck();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.keyboard.press('/');
  expect(await page.evaluate('document.activeElement.tagName')).not.toBe('INPUT');
  expect(new URL(page.url()).pathname).toBe('/console/generations');
});

test('a URL shows somebody else the same', async () => {
  const { page } = await visit();
  await page.goto('/console/catalogue');
  await page.getByLabel('Order').selectOption('size');
  await page.getByLabel('Name or id').fill('regulars');
  await page.waitForURL('**/console/catalogue?q=regulars&order=size');
  await page.getByRole('link', { name: 'Next page' }).click();
  await page.waitForURL('**cursor=**');
  const shown = await page.getByRole('main').textContent();
  const other = await visit({}, keys.reader);
  await other.page.goto(page.url());
  expect(await other.page.getByRole('main').textContent()).toBe(shown);
  expect(await other.page.getByLabel('Name or id').inputValue()).toBe('regulars');
});

test('rolling back: the effect is seen, the run is typed, the generation before answers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'segment-rollback-'));
  await cp(dirname(shop.store.replace('embedded:', '')), folder, { recursive: true });
  const server = await startServer(['--store', `embedded:${folder}/store`, '--keys', keys.file]);
  onTestFinished(async () => void (await server.stop()));
  const opened = await openPage(browser, { baseURL: server.url });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  const { page } = opened;
  await signIn(page, keys.publisher);
  await page.getByRole('link', { name: 'Roll back' }).click();
  const button = page.getByRole('button', { name: `Roll back to ${shop.runs[1]}` });
  expect(await button.isDisabled()).toBe(true);
  expect(await page.getByRole('region', { name: 'Segments that change most' }).getByRole('row').count()).toBe(21);
  await page.getByLabel(/^Type/).fill(`${shop.runs[2]}`);
  await button.click();
  await page.waitForURL(`**/console/generations/${shop.runs[1]}?withdrawn=${shop.runs[2]}`);
  expect(await page.getByText('Rolled back').isVisible()).toBe(true);
  const answer = () =>
    fetch(`${server.url}/v1/customers/c-1007/segments`, { headers: { authorization: `Bearer ${keys.reader}` } });
  await expect
    .poll(async () => (await answer()).headers.get('segment-generation'), { timeout: 10_000 })
    .toBe(shop.runs[1]);
  await page.getByRole('link', { name: 'All generations' }).click();
  expect(await page.getByText('Publishing is on hold since').isVisible()).toBe(true);
  expect(opened.complaints).toEqual([]);
});

test('signing out ends what the browser may see', async () => {
  const { page } = await visit();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/console/sign-in');
  await page.goto('/console/status');
  expect(page.url()).toContain('/console/sign-in?to=%2Fconsole%2Fstatus');
});

test('all script of a page is below 15 kB, zipped', async () => {
  const { page } = await visit();
  const scripts: Promise<Buffer>[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.push(response.body());
  });
  await page.goto('/console/rollback');
  expect(await page.locator('script:not([src])').count()).toBe(0);
  const bytes = await Promise.all(scripts);
  expect(gzipSync(Buffer.concat(bytes)).length).toBeLessThan(MAX_SCRIPT_BYTES);
});

test('a command is copied as it stands', async () => {
  const { page } = await visit({ permissions: ['clipboard-read', 'clipboard-write'] });
  await page.getByRole('button', { name: 'Copy: Roll back' }).click();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`segment-ingest rollback --store ${shop.store}`);
});
