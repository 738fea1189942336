/**
 * Code in Markdown is a region of a file that runs: below `<!-- snippet: path#region -->` stands the text between
 * `#region` and `#endregion` of that file. `--write` copies it in, otherwise differences are reported.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';

const SNIPPET = /(?<=<!-- snippet: (\S+)#(\S+) -->\n```\w*\n)[\s\S]*?(?=\n```)/g;

const documents = globSync('**/*.md', { exclude: ['**/{node_modules,dist,.pnpm-store}'] });

for (const path of documents) {
  const text = readFileSync(path, 'utf8');
  const fresh = text.replace(SNIPPET, (_, file, region) => regionOf(file, region));
  if (fresh === text) continue;
  if (process.argv.includes('--write')) writeFileSync(path, fresh);
  else fail(`${path}: a snippet differs from its source; run: node scripts/check-snippets.ts --write`);
}

function regionOf(file: string, region: string): string {
  const lines = readFileSync(file, 'utf8').split('\n');
  const from = lines.findIndex((line) => line.trim().endsWith(`#region ${region}`));
  const to = lines.findIndex((line, index) => index > from && line.includes('#endregion'));
  if (from === -1 || to === -1) fail(`${file}: no region ${region}`);
  const body = lines.slice(from + 1, to);
  const indent = Math.min(...body.filter((line) => line !== '').map((line) => line.search(/\S/)));
  return body.map((line) => line.slice(indent)).join('\n');
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
