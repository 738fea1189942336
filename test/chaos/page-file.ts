/** `docs/chaos.md` and the figures in it. */
import { readFile, writeFile } from 'node:fs/promises';
import { withTables } from './page.ts';
import type { Results } from './results.ts';

const PAGE = new URL('../../docs/chaos.md', import.meta.url);
const RESULTS = new URL('../../docs/chaos.json', import.meta.url);

export async function writePage(results: Results): Promise<void> {
  await writeFile(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
  await writeFile(PAGE, await freshPage());
}

/** As it should be, by the figures that are kept. */
export async function freshPage(): Promise<string> {
  const results: Results = JSON.parse(await readFile(RESULTS, 'utf8'));
  return withTables(await readFile(PAGE, 'utf8'), results);
}
