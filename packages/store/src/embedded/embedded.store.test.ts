import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { openStore } from '../open.ts';
import { type Place, storeSuite } from '../store.suite.ts';

describe('embedded', () => {
  storeSuite(fresh);
});

async function fresh(): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'store.'));
  const url = `embedded:${directory}`;
  return {
    url,
    options: {},
    open: (options) => openStore(url, options),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
