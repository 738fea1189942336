/** A directory with an embedded store of 100,000 customers, and one who asks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Load, startLoad } from './load.ts';
import { publish } from './population.ts';
import { CUSTOMERS } from './scale.ts';

export interface Arena extends AsyncDisposable {
  readonly root: string;
  /** URL. */
  readonly store: string;
  readonly load: Load;
}

export async function openArena(segments: number = 1_000): Promise<Arena> {
  const root = await mkdtemp(join(tmpdir(), 'bench-server-'));
  const store = `embedded:${join(root, 'store')}`;
  await publish(root, { customers: CUSTOMERS, segments }, { store });
  const load = startLoad();
  return {
    root,
    store,
    load,
    async [Symbol.asyncDispose]() {
      load[Symbol.dispose]();
      await rm(root, { recursive: true });
    },
  };
}
