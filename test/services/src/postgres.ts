/** A PostgreSQL in a temp folder, gone with it. It refuses to run as root: then it is nobody's. */
import { existsSync, globSync } from 'node:fs';
import { chmod, chown, cp, mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { unpacked } from './apt.ts';
import type { Command } from './leashed.ts';
import { freePort, startProcess } from './process.ts';
import { run } from './tool.ts';

const USER = 'postgres';
/** `nobody` of every Linux. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

export interface Postgres extends AsyncDisposable {
  readonly url: string;
  /** Of the server itself. */
  readonly pid: number;
  readonly logFile: string;
  /** It answers no more; disposing of it later is no mistake. */
  kill(): Promise<void>;
}

/** `port`: by default a free one. */
export async function startPostgres(given: { readonly port?: number } = {}): Promise<Postgres> {
  const port = given.port ?? (await freePort());
  const server = await startProcess({
    name: 'postgres',
    readyWithinMs: 30_000,
    ready: () => isReady(port),
    command: (folder) => prepare(folder, port),
  });
  return {
    url: `postgres://${USER}@127.0.0.1:${port}/postgres`,
    pid: server.pid,
    logFile: server.logFile,
    kill: () => server.stop(),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

async function prepare(folder: string, port: number): Promise<Command> {
  const data = join(folder, 'data');
  await mkdir(data);
  if (isRoot) {
    await chmod(folder, 0o711);
    await chown(data, NOBODY, NOBODY);
  }
  const { programs, libraries } = await findPostgres(folder);
  const as = [...(isRoot ? asNobody : []), 'env', `LD_LIBRARY_PATH=${libraries}`];
  const call = (program: string, ...args: readonly string[]) => [...as, join(programs, program), ...args];
  const [initial = '', ...rest] = call('initdb', '-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--no-sync');
  await run(initial, rest, { cwd: data });
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories='].flatMap((one) => ['-c', one]);
  const [command = '', ...args] = call('postgres', '-D', data, '-p', `${port}`, ...settings);
  return { command, args, cwd: data };
}

const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];

interface Programs {
  readonly programs: string;
  readonly libraries: string;
}

/** Of the machine, the newest; otherwise Debian's, unpacked, where whoever runs it may read it. */
async function findPostgres(folder: string): Promise<Programs> {
  const installed = programsIn('/usr');
  if (installed !== undefined) return { programs: installed, libraries: '' };
  const debian = await unpacked('postgresql');
  const usr = join(folder, 'usr');
  await cp(join(debian.folder, 'usr'), usr, { recursive: true });
  const libraries = globSync(join(usr, 'lib', '*-linux-gnu')).join(':');
  return { programs: programsIn(usr) ?? usr, libraries };
}

const programsIn = (usr: string): string | undefined =>
  globSync(join(usr, 'lib', 'postgresql', '*', 'bin'))
    .toSorted()
    .findLast((folder) => existsSync(join(folder, 'initdb')));

/** The first words of its protocol, version 3: who asks, of what. */
const STARTUP = Buffer.from(`\0\0\0\0\0\x03\0\0user\0${USER}\0database\0postgres\0\0`, 'latin1');
STARTUP.writeInt32BE(STARTUP.length);

/** It answers `R` (who are you?) once it takes questions, `E` before. */
function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(STARTUP));
    const end = (ready: boolean) => {
      socket.destroy();
      resolve(ready);
    };
    socket.once('data', (answer) => end(answer[0] === 'R'.charCodeAt(0)));
    socket.once('error', () => end(false)).once('close', () => end(false));
  });
}
