/**
 * Holds one command on a leash: when stdin ends, however that came about, the command and whatever it started are
 * stopped and its folder is removed. Whoever started us may therefore be killed at any moment and leaves nothing behind.
 *
 * argv: a name, and the file that takes the command's output. On stdin, a line each: the command as JSON, and later the
 * word "forget" when the log is no longer wanted. On stdout, a line of JSON each: `{folder}`, `{pid}`, `{exit}`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from './leashed.ts';

const killAfterMs = 5_000;
const [name = 'command', logFile = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), `segment-store-${name}-`));
const lines = createInterface({ input: process.stdin });
let child: ChildProcess | undefined;
let wantsLog = true;

process.stdout.on('error', () => {}); // nobody listens any more: the end of stdin says the rest
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => lines.close());
tell({ folder });
for await (const line of lines) obey(line);
await stop();
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
if (!wantsLog) rmSync(logFile, { force: true });
process.exit();

function obey(line: string): void {
  if (line === 'forget') wantsLog = false;
  else start(JSON.parse(line));
}

/** In a process group of its own, so that stopping it reaches what it started too, and in a temp folder of its own. */
function start({ command, args, cwd = folder, env = {} }: Command): void {
  const log = openSync(logFile, 'a');
  child = spawn(command, args, {
    cwd,
    env: { ...process.env, TMPDIR: folder, ...env },
    stdio: ['ignore', log, log],
    detached: true,
  });
  child.on('error', (error) => tell({ exit: error.message }));
  child.on('exit', (code, signal) => tell({ exit: String(signal ?? code) }));
  tell({ pid: child.pid });
}

async function stop(): Promise<void> {
  if (!child?.pid) return;
  const isGone = child.exitCode !== null || child.signalCode !== null;
  const gone = isGone ? undefined : once(child, 'exit');
  signalGroup('SIGTERM');
  const timer = setTimeout(() => signalGroup('SIGKILL'), killAfterMs);
  await gone;
  clearTimeout(timer);
  signalGroup('SIGKILL'); // what outlived its parent had its chance
}

function signalGroup(signal: NodeJS.Signals): void {
  try {
    if (child?.pid) process.kill(-child.pid, signal);
  } catch {
    // the whole group has ended
  }
}

function tell(fact: object): void {
  process.stdout.write(`${JSON.stringify(fact)}\n`);
}
