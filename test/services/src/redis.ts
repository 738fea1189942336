import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { unpacked } from './apt.ts';
import type { Command } from './leashed.ts';
import { freePort, startProcess } from './process.ts';
import type { Service } from './service.ts';
import { onPath } from './tool.ts';

export interface RedisOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Default: none is asked for. */
  readonly password?: string;
  /** Further settings, as in redis.conf: `{ maxmemory: '2mb' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts Redis: nothing is written to disk, so it is empty after each start. */
export async function startRedis(options: RedisOptions = {}): Promise<Service> {
  const { port = await freePort(), password, settings = {} } = options;
  const program = await findRedis();
  const ask = (section: string) => info({ port, password }, section);
  const all = { port: String(port), ...(password !== undefined && { requirepass: password }), ...settings };
  const server = await startProcess({
    name: 'redis',
    readyWithinMs: 20_000,
    ready: async () => (await ask('server')).includes('redis_version:'),
    command: async (folder) => redisCommand(program, folder, all),
  });
  return {
    name: 'redis',
    url: `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${port}`,
    pid: server.pid,
    logFile: server.logFile,
    version: async () => /^redis_version:(\S+)/m.exec(await ask('server'))?.[1] ?? 'unknown',
    requestCount: async () => countCommands(await ask('commandstats')),
    stop: (stopOptions) => server.stop(stopOptions),
  };
}

interface Program extends Pick<Command, 'command'> {
  readonly env?: Readonly<Record<string, string>>;
}

async function findRedis(): Promise<Program> {
  const found = onPath('redis-server');
  if (found !== undefined) return { command: found };
  const { folder, env } = await unpacked('redis-server');
  return { command: join(folder, 'usr', 'bin', 'redis-server'), env };
}

function redisCommand(program: Program, folder: string, settings: Readonly<Record<string, string>>): Command {
  const all = { bind: '127.0.0.1', save: '', appendonly: 'no', dir: folder, ...settings };
  return { ...program, args: Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]) };
}

/** What Redis says of itself, in its own protocol: the client under test has no part in it. */
async function info(to: { readonly port: number; readonly password: string | undefined }, section: string) {
  const socket = connect({ port: to.port, host: '127.0.0.1', timeout: 5_000 });
  socket.on('timeout', () => socket.destroy(new Error(`redis on port ${to.port} does not answer`)));
  const auth = to.password === undefined ? '' : `AUTH "${to.password}"\r\n`;
  socket.end(`${auth}INFO ${section}\r\n`);
  return text(socket);
}

/** Commands it has run, without those that ask or introduce. */
function countCommands(stats: string): number {
  const asking = /^(info|auth|hello|client)/;
  const counts = [...stats.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)];
  return counts.reduce((sum, [, name = '', calls]) => sum + (asking.test(name) ? 0 : Number(calls)), 0);
}
