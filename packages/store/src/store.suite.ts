/** What every store does: each adapter's tests run it. */
import type { TestContext } from 'vitest';
import { buildSuite } from './build.suite.ts';
import { erasingSuite } from './erasing.suite.ts';
import { jobsSuite } from './jobs.suite.ts';
import type { Place, Places } from './place.suite.ts';
import { publishingSuite } from './publishing.suite.ts';
import { readingSuite } from './reading.suite.ts';
import { removingSuite } from './removing.suite.ts';
import { reopeningSuite } from './reopening.suite.ts';

export function storeSuite(fresh: () => Promise<Place>): void {
  const place = async ({ onTestFinished }: TestContext): Promise<Place> => {
    const made = await fresh();
    onTestFinished(() => made.remove());
    return made;
  };
  const places: Places = { place, opened: async (context) => (await place(context)).open() };
  readingSuite(places);
  buildSuite(places);
  reopeningSuite(places);
  jobsSuite(places);
  publishingSuite(places);
  erasingSuite(places);
  removingSuite(places);
}
