/** The console in a real Chromium, by the server's own command: every page, light and dark, empty, in trouble and full. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../support/commands.ts';
import { judge, openBrowser, openPage } from './browser.ts';
import { openShop, type Shop } from './shop.ts';

const MAX_SCRIPT_BYTES = 15 * 1024;
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9';

let browser: Browser;
let shop: Shop;
let servers: { readonly [state in State]: RunningServer };
type State = 'full' | 'empty' | 'in trouble';

beforeAll(async () => {
  const bare = await mkdtemp(join(tmpdir(), 'segment-bare-'));
  const [opened, made, empty, troubled] = await Promise.all([
    openBrowser(),
    openShop(Date.now()),
    startServer(['--store', `embedded:${join(bare, 'store')}`], 'starting'),
    startServer(['--store', NOWHERE], 'starting'),
  ]);
  browser = opened;
  shop = made;
  servers = { full: await startServer(['--store', shop.store]), empty, 'in trouble': troubled };
});
afterAll(async () => {
  await browser.close();
  await Promise.all(Object.values(servers).map((server) => server.stop()));
});

const PAGES: readonly { readonly name: string; readonly path: () => string }[] = [
  { name: 'generations', path: () => '/console/generations' },
  { name: 'a generation', path: () => `/console/generations/${shop.runs.at(-1)}` },
  { name: 'a generation over a gate', path: () => `/console/generations/${shop.runs[1]}` },
  { name: 'a build', path: () => `/console/generations/${shop.building}` },
  { name: 'no page', path: () => '/console/nowhere' },
  { name: 'signing in', path: () => '/console/sign-in' },
];

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test.each(['full', 'empty', 'in trouble'] as const)(
    '%s: no page hinders anybody or breaks its own rules',
    async (state) => {
      await using opened = await openPage(browser, { colorScheme });
      const { page, complaints } = opened;
      const found: unknown[] = [];
      for (const { name, path } of PAGES) {
        await page.goto(servers[state].url + path());
        const { violations, incomplete } = await judge(page);
        if (violations.length > 0 || incomplete.length > 0) found.push({ name, violations, incomplete });
      }
      expect(found).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );
});

test('all script of a page is below 15 kB, zipped', async () => {
  await using opened = await openPage(browser);
  const scripts: Promise<Buffer>[] = [];
  opened.page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.push(response.body());
  });
  await opened.page.goto(`${servers.full.url}/console/generations`);
  const bytes = await Promise.all(scripts);
  expect(bytes).toHaveLength(1);
  expect(gzipSync(Buffer.concat(bytes)).length).toBeLessThan(MAX_SCRIPT_BYTES);
});
