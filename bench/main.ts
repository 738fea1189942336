/**
 * `node bench/main.ts [--quick] [subject…]`: runs `<subject>/*.bench.ts`, each in a process of its own; default: every
 * subject. `--quick`: small and few, to see that it works; its figures are worth little.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import type { Row } from './ratio.ts';

const HERE = import.meta.dirname;
const subjects = [...new Set(globSync('*/*.bench.ts', { cwd: HERE }).map(dirname))]
  .filter((name) => name !== 'node_modules')
  .sort();
const isQuick = process.argv.includes('--quick');
const wanted = process.argv.slice(2).filter((arg) => arg !== '--quick');
const unknown = wanted.find((name) => !subjects.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`no benchmarks of ${JSON.stringify(unknown)}; there are: ${subjects.join(', ')}\n`);
  process.exit(2);
}

let failed = false;
for (const subject of wanted.length > 0 ? wanted : subjects) {
  const startedAt = new Date().toISOString();
  const rows = globSync(`${subject}/*.bench.ts`, { cwd: HERE }).sort().flatMap(measure);
  mkdirSync(join(HERE, 'results'), { recursive: true });
  const path = join(HERE, 'results', `${subject}.json`);
  const cpu = cpus()[0]?.model ?? 'unknown';
  const result = { subject, isQuick, commit: commit(), node: process.version, cpu, startedAt, rows };
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`${table(rows)}\nwritten to ${path}\n`);
}
process.exitCode = failed ? 1 : 0;

function measure(file: string): readonly Row[] {
  process.stderr.write(`${file} …\n`);
  const { status, stdout } = spawnSync(process.execPath, [join(HERE, file), ...(isQuick ? ['--quick'] : [])], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  failed ||= status !== 0;
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** A goal that is not met is a figure to report, not a failure of the run. */
function table(rows: readonly Row[]): string {
  const lines = rows.map(({ name, value, unit, baseline, ratio, goal, better, met }) => [
    name,
    `${value} ${unit}`,
    `${baseline} ${unit}`,
    `${ratio}`,
    `${better === 'lower' ? '≤' : '≥'} ${goal}`,
    met ? 'yes' : 'no',
  ]);
  const cells = [['', 'value', 'baseline', 'ratio', 'goal', 'met'], ...lines];
  const widths = cells[0]?.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0))) ?? [];
  const text = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const beside = rows.flatMap(({ name, beside }) => (beside ? [`${name}: ${JSON.stringify(beside)}`] : []));
  return [...text, ...beside].join('\n');
}

function commit(): string {
  const git = (...args: readonly string[]) => execFileSync('git', [...args], { cwd: HERE, encoding: 'utf8' }).trim();
  try {
    return (
      git('rev-parse', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : ' and changes')
    );
  } catch {
    return 'unknown';
  }
}
