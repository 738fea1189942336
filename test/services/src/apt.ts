/** Debian packages without installing them: no root, no daemon that apt would start, nothing left on the machine. */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { madeOnce } from './cache.ts';
import { MissingTool, onPath, run, tell } from './tool.ts';

export interface Unpacked {
  readonly folder: string;
  /** For programs that run out of it. */
  readonly env: Readonly<Record<string, string>>;
}

/** The package and whatever of its dependencies this machine lacks, unpacked; apt checks the signatures. */
export async function unpacked(name: string): Promise<Unpacked> {
  if (onPath('apt-get') === undefined || onPath('dpkg') === undefined) throw missing(name);
  const folder = await madeOnce(`apt-${name}`, async (into) => unpack(await newestOf(name), into));
  const libraries = await readdir(join(folder, 'usr', 'lib')).catch(() => []); // a program may bring none
  const paths = libraries.filter((entry) => entry.endsWith('-linux-gnu')).map((each) => join(folder, 'usr/lib', each));
  return { folder, env: { LD_LIBRARY_PATH: paths.join(':') } };
}

/** `name=version` of what apt would install; its lists are fetched first where there are none. */
async function newestOf(name: string): Promise<readonly string[]> {
  const simulate = () => run('apt-get', ['install', '--simulate', '--no-install-recommends', name]);
  const plan = await simulate().catch(async () => {
    if (process.getuid?.() === 0) await run('apt-get', ['update', '-qq']);
    return simulate().catch(() => Promise.reject(missing(name)));
  });
  return [...plan.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+) /gm)].map(([, one, version]) => `${one}=${version}`);
}

async function unpack(wanted: readonly string[], into: string): Promise<void> {
  tell(`unpacking ${wanted.join(' ')}`);
  const debs = join(into, 'debs');
  await mkdir(debs);
  await run('apt-get', ['download', '-qq', ...wanted], { cwd: debs });
  for (const file of await readdir(debs)) await run('dpkg', ['-x', join(debs, file), into]);
}

const missing = (name: string): MissingTool =>
  new MissingTool(`${name} is missing: install ${name} (Debian package names), then run again`);
