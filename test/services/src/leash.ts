/**
 * Holds one server on a leash: when stdin ends, however that came about, the server is stopped and its folder removed.
 * Whoever started us may therefore be killed at any moment and leaves nothing behind.
 *
 * argv: a name, and the file that takes the server's output. On stdin, a line each: the command as JSON, and later the
 * word "forget" when the log is no longer wanted. On stdout, a line of JSON each: `{folder}`, `{pid}`, `{exit}`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const killAfterMs = 5_000;
const [name = 'server', logFile = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), `segment-store-${name}-`));
let server: ChildProcess | undefined;
let wantsLog = true;

process.stdout.on('error', () => {}); // nobody listens any more: the end of stdin says the rest
const lines = createInterface({ input: process.stdin });
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

function start({ command, args }: { command: string; args: readonly string[] }): void {
  const log = openSync(logFile, 'a');
  server = spawn(command, args, { cwd: folder, stdio: ['ignore', log, log] });
  server.on('error', (error) => tell({ exit: error.message }));
  server.on('exit', (code, signal) => tell({ exit: String(signal ?? code) }));
  tell({ pid: server.pid });
}

async function stop(): Promise<void> {
  if (!server?.pid || server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, 'exit');
  server.kill('SIGTERM');
  const timer = setTimeout(() => server?.kill('SIGKILL'), killAfterMs);
  await gone;
  clearTimeout(timer);
}

function tell(fact: object): void {
  process.stdout.write(`${JSON.stringify(fact)}\n`);
}
