/** A real Chromium, and pages that report what a person would not see. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium as findChromium } from '@segment-store/services/chromium';
import type { Result } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: await findChromium(), args: ['--no-sandbox'] });
}

export interface Opened extends AsyncDisposable {
  readonly page: Page;
  /** What the content policy forbade, and errors of scripts. */
  readonly complaints: readonly string[];
}

/** A page of a browser with no history. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    // A colour that is on its way to another is neither.
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  context.on('weberror', (error) => complaints.push(`${error.error()}`));
  const page = await context.newPage();
  page.on('console', (message) => {
    // That a page itself is a 404 or 503 is what its test asks for.
    const isAnswer = message.text().startsWith('Failed to load resource') && message.location().url === page.url();
    if (['error', 'warning'].includes(message.type()) && !isAnswer) complaints.push(message.text());
  });
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

/** What axe finds wrong, and what it cannot tell by itself: `rule: element`. */
export interface Judgement {
  readonly violations: readonly string[];
  readonly incomplete: readonly string[];
}

/** In both colour schemes: in the second one only what can differ, which is colour. */
export async function judge(page: Page): Promise<Judgement> {
  await page.evaluate(axe);
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await judged(page, '{}');
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await judged(page, "{ runOnly: ['color-contrast', 'link-in-text-block'] }");
  return {
    violations: [...light.violations, ...dark.violations.map((one) => `dark: ${one}`)],
    incomplete: [...light.incomplete, ...dark.incomplete.map((one) => `dark: ${one}`)],
  };
}

async function judged(page: Page, options: string): Promise<Judgement> {
  const results: Record<keyof Judgement, Result[]> = await page.evaluate(`axe.run(document, ${options})`);
  const told = (all: Result[]) =>
    all.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  return { violations: told(results.violations), incomplete: told(results.incomplete) };
}
