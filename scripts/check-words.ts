/** Banned words in identifiers and file names: each has a standard term (docs/words in README and CONTRIBUTING). */
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import ts from 'typescript';

/** Word → what to say instead. Matched against whole words of a camelCase, kebab-case or snake_case name. */
const BANNED = new Map([
  ['sink', 'store'],
  ['loader', 'ingest or load'],
  ['activate', 'publish'],
  ['utils', 'the name of the concept'],
  ['util', 'the name of the concept'],
  ['helper', 'the name of the concept'],
  ['helpers', 'the name of the concept'],
  ['manager', 'the name of the concept'],
  ['impl', 'the name of the concept'],
]);

const files = globSync('**/*.{ts,mjs}', { exclude: ['**/{node_modules,dist,.pnpm-store}', '**/*.generated.ts'] });

const problems = files.flatMap((path) => {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = complaints(path, basename(path).split('.')[0] ?? '');
  const visit = (node: ts.Node): void => {
    if (declares(node)) found.push(...complaints(`${path}:${lineOf(source, node)}`, node.text));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
});

for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;

function complaints(place: string, name: string): string[] {
  const words = name.split(/(?=[A-Z])|[^A-Za-z]+/).map((word) => word.toLowerCase());
  const banned = words.flatMap((word) =>
    BANNED.has(word) ? [`${place}: "${word}" in ${name}: say ${BANNED.get(word)}`] : [],
  );
  return /^I[A-Z][a-z]/.test(name) ? [...banned, `${place}: ${name}: no I-prefix`] : banned;
}

/** A name of ours, where it is declared; what a library calls its things is its own business. */
function declares(node: ts.Node): node is ts.Identifier {
  return (
    ts.isIdentifier(node) &&
    'name' in node.parent &&
    node.parent.name === node &&
    !ts.isPropertyAccessExpression(node.parent) &&
    !ts.isImportSpecifier(node.parent)
  );
}

function lineOf(source: ts.SourceFile, node: ts.Node): number {
  return source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
}
