/** The SDK as it would be published. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from './run.ts';

const ROOT = join(import.meta.dirname, '../..');
const SDK = join(ROOT, 'packages/sdk');

/** Builds and packs it. @returns the path of the tarball, in `folder` */
export async function packInto(folder: string): Promise<string> {
  await command(join(ROOT, 'node_modules/.bin/tsup'), [], SDK);
  const hooks = `--config.pnpmfile=${join(SDK, 'pack-hooks.cjs')}`;
  const [pinned = 'pnpm'] = /pnpm@[\d.]+/.exec(await readFile(join(ROOT, 'package.json'), 'utf8')) ?? [];
  await command('npx', ['--yes', pinned, 'pack', hooks, '--pack-destination', folder], SDK);
  const name = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error(`nothing was packed into ${folder}`);
  return join(folder, name);
}
