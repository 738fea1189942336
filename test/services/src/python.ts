import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprint, madeOnce } from './cache.ts';
import { install, run, tell, tool } from './tool.ts';

const recipe = join(import.meta.dirname, 'python');

/**
 * A Python of the tests' own, that has the packages which `python/<name>.txt` pins by hash: the path of its `python3`.
 * Their commands are started as `python3 -m …`: the scripts beside it name the folder in which they were made.
 */
export async function pythonWith(name: 'api' | 'checks' | 'spark'): Promise<string> {
  const python = await tool({ command: 'python3', packages: ['python3'] });
  const requirements = join(recipe, `${name}.txt`);
  const key = fingerprint(await readFile(requirements), await run(python, ['--version']));
  const folder = await madeOnce(`python-${name}-${key}`, async (scratch) => {
    tell(`fetching the Python packages of ${name} (once)`);
    await makeVenv(python, scratch);
    const pip = ['-m', 'pip', '--disable-pip-version-check', '--quiet'];
    await run(join(scratch, 'bin/python3'), [...pip, 'install', '--require-hashes', '--requirement', requirements]);
  });
  return join(folder, 'bin/python3');
}

/** Debian's Python lacks the half of `venv` that brings pip. */
async function makeVenv(python: string, folder: string): Promise<void> {
  const make = () => run(python, ['-m', 'venv', '--clear', folder]);
  await make().catch(async () => {
    await install('the venv module of Python', ['python3-venv']);
    await make();
  });
}
