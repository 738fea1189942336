/** The projects of strangers who have only the tarball. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from './run.ts';
import { SMOKE } from './smoke.ts';
import { TSCONFIGS, TYPES } from './types.ts';

const QUIETLY = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];

/** Makes `folder` a project with these dependencies, installed, and the smoke program in either format. */
export async function project(folder: string, dependencies: Readonly<Record<string, string>>): Promise<undefined> {
  await mkdir(folder);
  const files = { 'package.json': JSON.stringify({ name: 'stranger', private: true, dependencies }), ...SMOKE };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return command('npm', ['install', ...QUIETLY], folder);
}

/** What a compiler is to look at in there. */
export async function writeTypes(folder: string): Promise<void> {
  for (const [name, text] of Object.entries(TYPES)) {
    for (const extension of ['ts', 'mts', 'cts']) await writeFile(join(folder, `${name}.${extension}`), text);
  }
  for (const [name, config] of Object.entries(TSCONFIGS)) {
    await writeFile(join(folder, configFile(name)), JSON.stringify(config));
  }
}

export const configFile = (settings: string): string => `tsconfig.${settings.replaceAll(/\W+/g, '-')}.json`;
