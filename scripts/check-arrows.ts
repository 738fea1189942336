/** Package arrows: the workspace dependencies of each package.json are those of the table in CONTRIBUTING.md. */
import { globSync, readFileSync } from 'node:fs';

const allowed = new Map<string, readonly string[]>(
  [...readFileSync('CONTRIBUTING.md', 'utf8').matchAll(/^\| `([a-z]+)` \| ([^|]*) \|/gm)].map(
    ([, name = '', cell = '']) => [name, cell.match(/[a-z]+/g) ?? []],
  ),
);

const problems = globSync('packages/*/package.json').flatMap((path) => {
  const { name, dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(path, 'utf8'));
  const short = name.split('/')[1];
  const actual = Object.keys({ ...dependencies, ...devDependencies })
    .filter((dependency) => dependency.startsWith('@segment-store/'))
    .map((dependency) => dependency.slice('@segment-store/'.length));
  const row = allowed.get(short);
  if (row === undefined) return [`${path}: CONTRIBUTING.md has no arrow row for ${short}`];
  return actual
    .filter((target) => !row.includes(target))
    .map((target) => `${path}: ${short} must not import ${target}`);
});

for (const problem of problems) process.stderr.write(`${problem}\n`);
if (allowed.size === 0) process.stderr.write('CONTRIBUTING.md has no arrow table\n');
process.exitCode = problems.length > 0 || allowed.size === 0 ? 1 : 0;
