import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, fingerprint, madeOnce } from './cache.ts';
import { run, tell, tool } from './tool.ts';

const copyDependencies = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/**
 * The jars named by `<recipe>/pom.xml`, in one cached folder. Their names and SHA-256 must be exactly those of
 * `<recipe>/jars.sha256`: neither a registry nor the cache can change what the tests speak to.
 */
export async function jars(name: string, recipe: string): Promise<string> {
  const pom = join(recipe, 'pom.xml');
  const sums = await readFile(join(recipe, 'jars.sha256'), 'utf8');
  const folder = await madeOnce(`${name}-jars-${fingerprint(await readFile(pom), sums)}`, async (scratch) => {
    const turn = fetching.then(() => fetchJars(name, pom, scratch));
    fetching = turn.catch(() => {});
    await turn;
    await checkJars(scratch, sums);
  });
  await checkJars(folder, sums);
  return folder;
}

/** One at a time: two Mavens must not write to one repository. */
let fetching: Promise<void> = Promise.resolve();

async function fetchJars(name: string, pom: string, folder: string): Promise<void> {
  const mvn = await tool({ command: 'mvn', packages: ['maven'] });
  tell(`fetching the jars of ${name} (once)`);
  await run(mvn, [
    '--batch-mode',
    '--quiet',
    '--strict-checksums',
    `--file=${pom}`,
    `-Dmaven.repo.local=${join(cacheFolder(), 'maven')}`,
    copyDependencies,
    '-DincludeScope=runtime',
    `-DoutputDirectory=${folder}`,
  ]);
}

/** Throws unless the folder holds exactly the files of `sums` (the format of `sha256sum`). */
export async function checkJars(folder: string, sums: string): Promise<void> {
  const wanted = new Map(parseSums(sums));
  const found = await readdir(folder);
  const missing = [...wanted.keys()].filter((name) => !found.includes(name));
  if (missing.length > 0) throw new Error(`${folder} lacks ${missing.join(', ')}: delete it and run again`);
  for (const name of found) {
    const sum = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
    if (sum === wanted.get(name)) continue;
    throw new Error(`${join(folder, name)} has SHA-256 ${sum}, not ${wanted.get(name) ?? 'one we know'}: delete it`);
  }
}

function* parseSums(sums: string): Generator<[name: string, sum: string]> {
  for (const line of sums.trim().split('\n')) {
    const [sum, name] = line.split(/\s+\*?/);
    if (sum && name) yield [name, sum];
  }
}
