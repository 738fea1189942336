/**
 * Median, p90 and maximum of file and function length per package against `scripts/shape.json`: they may only fall,
 * or the commit that runs `node scripts/check-shape.ts --write` says why.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';

type Shape = Record<string, { readonly files: Spread; readonly functions: Spread }>;
interface Spread {
  readonly count: number;
  readonly median: number;
  readonly p90: number;
  readonly max: number;
}

const RECORD = 'scripts/shape.json';
const shape = Object.fromEntries(
  globSync('packages/*')
    .sort()
    .map((folder) => [folder.slice('packages/'.length), measure(folder)]),
);

if (process.argv.includes('--write')) {
  writeFileSync(RECORD, `${JSON.stringify(shape, null, 2)}\n`);
} else {
  const problems = compare(shape, JSON.parse(readFileSync(RECORD, 'utf8')));
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

function measure(folder: string): Shape[string] {
  const files: number[] = [];
  const functions: number[] = [];
  for (const path of globSync(`${folder}/src/**/*.ts`)) {
    if (/\.(test|suite|cases|generated)\.ts$/.test(path)) continue;
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
    const lines = (node: ts.Node) =>
      source.getLineAndCharacterOfPosition(node.end).line -
      source.getLineAndCharacterOfPosition(node.getStart()).line +
      1;
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) functions.push(lines(node));
      ts.forEachChild(node, visit);
    };
    files.push(lines(source));
    visit(source);
  }
  return { files: spread(files), functions: spread(functions) };
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { count: sorted.length, median: at(0.5), p90: at(0.9), max: sorted.at(-1) ?? 0 };
}

function compare(now: Shape, recorded: Shape): readonly string[] {
  return Object.entries(now).flatMap(([name, measured]) =>
    (['files', 'functions'] as const).flatMap((kind) =>
      (['median', 'p90', 'max'] as const).flatMap((figure) => {
        const [is, was] = [measured[kind][figure], recorded[name]?.[kind][figure] ?? 0];
        return is > was ? [`${name}: ${figure} length of ${kind} is ${is} lines, recorded ${was} in ${RECORD}`] : [];
      }),
    ),
  );
}
