import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Something this machine lacks and we may not install: the message is one line that says what to install. */
export class MissingTool extends Error {
  override readonly name: string = 'MissingTool';
}

export interface Tool {
  /** The command as it is typed. */
  readonly command: string;
  /** The Debian packages that bring it. */
  readonly packages: readonly string[];
}

/** Says what takes long, on stderr: stdout belongs to whoever asked. */
export function tell(message: string): void {
  process.stderr.write(`${message}\n`);
}

const running = new Set<ChildProcess>();

/** Ends what `run` is running: what Ctrl-C needs when the signal was sent to this process alone. */
export function stopTools(): void {
  for (const child of running) child.kill('SIGTERM');
}

/** Runs a command to its end and returns its stdout; a failure carries the last lines of both outputs. */
export function run(
  command: string,
  args: readonly string[],
  { cwd }: { readonly cwd?: string } = {},
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let stdout = '';
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    all += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    all += text;
  });
  child.on('error', reject);
  child.on('close', (code, signal) => {
    running.delete(child);
    if (code === 0) return resolve(stdout);
    const shown = [command, ...args].join(' ').slice(0, 200);
    const end = all.trim().split('\n').slice(-15).join('\n');
    reject(new Error(`${shown} ended with ${signal ?? code}:\n${end}`));
  });
  return promise;
}

/** The full path of a command on the PATH. */
export function onPath(command: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, command)).find((path) => existsSync(path));
}

/** The full path of a tool, installed first when it is missing and we may. */
export async function tool({ command, packages }: Tool): Promise<string> {
  const found = onPath(command);
  if (found) return found;
  await install(command, packages);
  const installed = onPath(command);
  if (!installed) throw new MissingTool(`${command} is still missing after installing ${packages.join(' ')}`);
  return installed;
}

const installs = new Map<string, Promise<void>>();

/** Installs Debian packages when we are root and apt is there; otherwise says in one line what to install. */
export function install(what: string, packages: readonly string[]): Promise<void> {
  const apt = onPath('apt-get');
  if (!apt || process.getuid?.() !== 0) {
    const list = packages.join(' ');
    return Promise.reject(
      new MissingTool(`${what} is missing: install ${list} (Debian package names), then run again`),
    );
  }
  const key = packages.join(' ');
  const installing = installs.get(key) ?? aptInstall(apt, packages);
  installs.set(key, installing);
  return installing;
}

async function aptInstall(apt: string, packages: readonly string[]): Promise<void> {
  tell(`installing ${packages.join(' ')} by apt-get`);
  const patience = ['-o', 'DPkg::Lock::Timeout=300'];
  await run(apt, ['update', '-qq', ...patience]);
  await run(apt, ['install', '-y', '-qq', '--no-install-recommends', ...patience, ...packages]);
}
