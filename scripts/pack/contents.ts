/** What is in the tarball, and whether it may be. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

const PRIVATE = /@segment-store\/(?!sdk\b)[\w-]+/;
const CHUNK = /^dist\/[\w-]+-[\w-]{8}\.(js|cjs|d\.ts|d\.cts)$/;
/** As the bundler says whose code follows. */
const INLINED = /(?<=^\/\/ .*\/node_modules\/)(@[^/\n]+\/)?[^/.\n][^/\n]*(?=\/)/gm;
const MAX = { tarballBytes: 150_000, dependencies: 3, packages: 5, installedBytes: 4_000_000 };
const OURS = ['CHANGELOG.md', 'LICENSE', 'NOTICE', 'README.md', 'package.json'];

/** What is read of a package.json. */
export interface Manifest {
  readonly exports?: object;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export const manifestOf = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));

/** Of everything below `folder`, by path from there. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort();
}

/** The files its exports name, what these share, and nothing else. */
export async function contents(unpacked: string): Promise<string | undefined> {
  const names = await filesIn(unpacked);
  const exported = JSON.stringify((await manifestOf(unpacked)).exports).match(/(?<="\.\/)[^"]+\.\w+(?=")/g) ?? [];
  const expected = [...OURS, ...exported];
  const missing = expected.filter((name) => !names.includes(name));
  const stray = names.filter((name) => !expected.includes(name) && !CHUNK.test(name));
  if (missing.length + stray.length > 0)
    return `the tarball lacks ${missing.join(', ')} and should not hold ${stray.join(', ')}`;
  for (const name of names) {
    const [mention] = PRIVATE.exec(await readFile(join(unpacked, name), 'utf8')) ?? [];
    if (mention !== undefined) return `${name} mentions ${mention}, which is not published`;
  }
  return undefined;
}

/** Its files for a review: what several doors share has a hash in its name, which says nothing. */
export async function listed(unpacked: string): Promise<string> {
  const names = (await filesIn(unpacked)).map((name) => (CHUNK.test(name) ? name.replace(/-[\w-]{8}\./, '-*.') : name));
  return `${[...new Set(names)].sort().join('\n')}\n`;
}

/** NOTICE names those whose code is in `dist`, and nobody else. */
export async function notice(unpacked: string): Promise<string | undefined> {
  const scripts = (await filesIn(unpacked)).filter((name) => /\.c?js$/.test(name));
  const texts = await Promise.all(scripts.map((name) => readFile(join(unpacked, name), 'utf8')));
  const inlined = texts.flatMap((text) => [...text.matchAll(INLINED)].map(([name]) => name));
  const named = [...(await readFile(join(unpacked, 'NOTICE'), 'utf8')).matchAll(/(?<=contain )\S+(?=,)/g)].map(String);
  const [missing] = inlined.filter((name) => !named.includes(name));
  const [stray] = named.filter((name) => !inlined.includes(name));
  if (missing !== undefined) return `dist contains ${missing}, which NOTICE does not name`;
  return stray === undefined ? undefined : `NOTICE names ${stray}, which dist does not contain`;
}

export async function promises(unpacked: string, tarball: string): Promise<string | undefined> {
  const { dependencies = {}, scripts = {} } = await manifestOf(unpacked);
  const { size } = await stat(tarball);
  if (size > MAX.tarballBytes) return `the tarball has ${size} bytes; at most ${MAX.tarballBytes}`;
  const count = Object.keys(dependencies).length;
  if (count > MAX.dependencies) return `it has ${count} dependencies; at most ${MAX.dependencies}`;
  return Object.keys(scripts).length > 0 ? `it brings scripts: ${Object.keys(scripts).join(', ')}` : undefined;
}

/** What a stranger gets who installs this and nothing else. */
export async function footprint(modules: string): Promise<string | undefined> {
  const files = await filesIn(modules);
  const packages = files.filter((path) => /^(@[^/]+\/)?[^/]+\/package\.json$/.test(path));
  const sizes = await Promise.all(files.map(async (path) => (await stat(join(modules, path))).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (packages.length > MAX.packages) return `it installs ${packages.length} packages; at most ${MAX.packages}`;
  return bytes > MAX.installedBytes ? `it installs ${bytes} bytes; at most ${MAX.installedBytes}` : undefined;
}
