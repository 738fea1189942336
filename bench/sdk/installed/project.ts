/** An empty project in which one package was installed, as whoever takes it gets it. */
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@segment-store/services/tool';

export interface Project extends AsyncDisposable {
  readonly folder: string;
  /** Everything below `node_modules`. */
  readonly packages: number;
  readonly bytes: number;
}

/** `spec`: as `npm install` takes it. */
export async function installAlone(spec: string): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-installed-'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--loglevel=error'];
  const patience = ['--fetch-timeout=30000', '--fetch-retries=1'];
  await run('npm', ['install', ...quiet, ...patience, spec], { cwd: folder });
  const modules = join(folder, 'node_modules');
  await mkdir(modules, { recursive: true });
  const entries = await readdir(modules, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const sizes = await Promise.all(files.map(async (path) => (await stat(path)).size));
  return {
    folder,
    packages: files.filter((path) => /\/node_modules\/(@[^/]+\/)?[^/]+\/package\.json$/.test(path)).length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
