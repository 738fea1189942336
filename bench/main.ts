/**
 * `node bench/main.ts [--quick | --full] [subject…]`: runs `<subject>/*.bench.ts`, each in a process of its own; default:
 * every subject. `--quick`: small and few, to see that it works; its figures are worth little. `--full`: as large as rows
 * are named; hours.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { extent } from './extent.ts';
import type { Row } from './ratio.ts';
import { table } from './table.ts';

const HERE = import.meta.dirname;
/** Of one file: a benchmark that hangs must not hold up the others. */
const CEILING_MS = { quick: 20, usual: 90, full: 24 * 60 }[extent] * 60_000;
const flags = process.argv.slice(2).filter((arg) => arg.startsWith('--'));
const subjects = [...new Set(globSync('*/*.bench.ts', { cwd: HERE }).map(dirname))]
  .filter((name) => name !== 'node_modules')
  .sort();
const wanted = process.argv.slice(2).filter((arg) => !flags.includes(arg));
refuse(
  'no flag',
  flags.find((flag) => flag !== `--${extent}`),
  ['--quick', '--full'],
);
refuse(
  'no benchmarks of',
  wanted.find((name) => !subjects.includes(name)),
  subjects,
);
for (const subject of wanted.length > 0 ? wanted : subjects) await measure(subject);

function refuse(what: string, word: string | undefined, known: readonly string[]): void {
  if (word === undefined) return;
  process.stderr.write(`${what} ${JSON.stringify(word)}; there are: ${known.join(', ')}\n`);
  process.exit(2);
}

/** One file of benchmarks, and how its process ended. */
interface Ran {
  readonly file: string;
  /** Exit code, or the signal that ended it. */
  readonly ended: number | string;
  readonly seconds: number;
  /** Of the minute before it began: a machine that is busy with other things tells little. */
  readonly loadBefore: number;
}

/** The results are written after every row: what was measured stays, whatever fails or is interrupted later. */
async function measure(subject: string): Promise<void> {
  const path = join(HERE, 'results', `${subject}.json`);
  mkdirSync(dirname(path), { recursive: true });
  const cpu = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`;
  const head = { subject, extent, commit: commit(), node: process.version, cpu, startedAt: new Date().toISOString() };
  const ran: Ran[] = [];
  const rows: Row[] = [];
  const write = () => writeFileSync(path, `${JSON.stringify({ ...head, files: ran, rows }, null, 2)}\n`);
  for (const file of globSync(`${subject}/*.bench.ts`, { cwd: HERE }).sort()) {
    process.stderr.write(`${file} …\n`);
    ran.push(
      await run(file, (row) => {
        rows.push(row);
        write();
      }),
    );
    write();
  }
  process.stdout.write(`${table(rows)}\n${ran.map(told).join('\n')}\nwritten to ${path}\n`);
}

async function run(file: string, onRow: (row: Row) => void): Promise<Ran> {
  const [loadBefore = 0] = loadavg();
  const before = performance.now();
  const child = spawn(process.execPath, [join(HERE, file), ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: CEILING_MS,
  });
  const ended = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) onRow(JSON.parse(line));
  const [code, signal] = await ended;
  if (code !== 0) process.exitCode = 1;
  const seconds = Math.round((performance.now() - before) / 1000);
  return { file, ended: code ?? signal, seconds, loadBefore };
}

function told({ file, ended, seconds }: Ran): string {
  return `${file}: ${seconds} s${ended === 0 ? '' : `, FAILED (${ended}): what it says is above`}`;
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
