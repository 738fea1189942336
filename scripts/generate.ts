/** Writes what is generated from openapi.yaml; `--check` only compares. */
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const document = new URL('../openapi.yaml', import.meta.url);
const types = new URL('../packages/contract/src/api.generated.ts', import.meta.url);

const header = '/** Generated from openapi.yaml by `npm run generate`. */\n';
const fresh = header + astToString(await openapiTS(document, { immutable: true, alphabetize: true }));

if (!process.argv.includes('--check')) {
  await writeFile(types, fresh);
} else if ((await readFile(types, 'utf8').catch(() => '')) !== fresh) {
  process.stderr.write('packages/contract/src/api.generated.ts differs from openapi.yaml: run `npm run generate`\n');
  process.exitCode = 1;
}
