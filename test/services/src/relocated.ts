import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unpacked } from './apt.ts';
import { madeOnce } from './cache.ts';
import type { Command } from './leashed.ts';

const compiledIn = Buffer.from('/usr/share/prometheus');
/** Of the same length, or the program would not be one any more: relative to the folder it is started in. */
const instead = Buffer.from('.usr/share/prometheus');

/**
 * A program of Debian's that is not installed and looks for its files (templates, pages) below /usr/share: a copy of it
 * that looks where the package was unpacked.
 */
export async function relocated(name: string, program: string): Promise<Pick<Command, 'command' | 'cwd'>> {
  const { folder } = await unpacked(name);
  const cwd = await madeOnce(`relocated-${name}`, async (into) => {
    const bytes = await readFile(join(folder, 'usr/bin', program));
    for (let at = bytes.indexOf(compiledIn); at >= 0; at = bytes.indexOf(compiledIn, at)) instead.copy(bytes, at);
    await writeFile(join(into, program), bytes, { mode: 0o755 });
    await symlink(join(folder, 'usr'), join(into, '.usr'));
  });
  return { command: join(cwd, program), cwd };
}
