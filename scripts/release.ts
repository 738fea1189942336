/**
 * The next version of the SDK, as the notes in .changeset ask for it (`npx changeset` writes one): its package.json,
 * CHANGELOG.md and version.ts, for a person to look at and commit. Pushing a tag `sdk-v<version>` then publishes it.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explain, output } from './pack/run.ts';

const changeset = join(import.meta.dirname, '../node_modules/@changesets/cli/bin.js');
const sdk = join(process.cwd(), 'packages/sdk');

async function release(): Promise<string> {
  process.stdout.write(await output(process.execPath, [changeset, 'version'], process.cwd()));
  const { version } = JSON.parse(await readFile(join(sdk, 'package.json'), 'utf8'));
  const file = join(sdk, 'src/version.ts');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/(?<=VERSION = ').*(?=')/, version));
  return version;
}

try {
  process.stdout.write(`look at it, commit it, and push the tag sdk-v${await release()}\n`);
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exitCode = 1;
}
