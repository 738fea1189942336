/** Unleash, fetched when it is measured: too large to be installed with every checkout. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { madeOnce } from '@segment-store/services/cache';
import { freePort, startProcess } from '@segment-store/services/process';
import { run } from '@segment-store/services/tool';
import { cpuSeconds } from '../ingest/cpu.ts';
import type { Server } from './ours.ts';
import { customerId } from './population.ts';

const PACKAGE = 'unleash-server@8.2.0';
const ADMIN = '*:*.bench-admin';
const FRONTEND = 'default:development.bench-frontend';

export interface Unleash extends Server, AsyncDisposable {
  /** Makes flags, each for a segment of its own, the first customers in the first; until its answers have them. */
  make(flags: Flags): Promise<void>;
}

interface Flags {
  readonly flags: number;
  /** Members of the segment of each. */
  readonly members: number;
}

/** Every limit that is in the way. */
const LIMITS = {
  UNLEASH_SEGMENT_VALUES_LIMIT: '1000000',
  UNLEASH_STRATEGY_SEGMENTS_LIMIT: '1000',
  UNLEASH_SEGMENTS_LIMIT: '10000',
  UNLEASH_FEATURE_FLAGS_LIMIT: '10000',
  UNLEASH_CONSTRAINT_VALUES_LIMIT: '1000000',
  SDK_API_RATE_LIMIT_PER_MINUTE: '100000000',
  TOKEN_AUTHENTICATION_RATE_LIMIT_PER_MINUTE: '100000000',
};

/** Nothing leaves the machine. */
const QUIET = { CHECK_VERSION: 'false', SEND_TELEMETRY: 'false', LOG_LEVEL: 'error' };

export async function startUnleash(database: string): Promise<Unleash> {
  const main = await findUnleash();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...LIMITS,
    ...QUIET,
    NODE_ENV: 'production',
    DATABASE_URL: database,
    DATABASE_SSL: 'false',
    HTTP_HOST: '127.0.0.1',
    HTTP_PORT: `${port}`,
    INIT_ADMIN_API_TOKENS: ADMIN,
    INIT_FRONTEND_API_TOKENS: FRONTEND,
  };
  const server = await startProcess({
    name: 'unleash',
    readyWithinMs: 60_000,
    ready: async () => (await fetch(`${url}/health`)).ok,
    command: async () => ({ command: process.execPath, args: [main], env }),
  });
  return {
    port,
    key: FRONTEND,
    path: '/api/frontend?userId={id}',
    cpuSeconds: () => cpuSeconds(server.pid),
    make: (flags) => make(url, flags),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

async function findUnleash(): Promise<string> {
  const folder = await madeOnce(PACKAGE.replace('@', '-'), async (into) => {
    await run('npm', ['install', '--prefix', into, '--no-audit', '--no-fund', '--ignore-scripts', PACKAGE]);
  });
  const main = join(folder, 'node_modules', 'unleash-server', 'dist', 'server.js');
  if (existsSync(main)) return main;
  throw new Error(`${PACKAGE} has no ${main}`);
}

let made = 0;

async function make(url: string, { flags, members }: Flags): Promise<void> {
  for (const until = made + flags; made < until; made += 1) await makeFlag(url, made, members);
  while ((await flagsOf(url, customerId((made - 1) * members))).length !== 1) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function makeFlag(url: string, index: number, members: number): Promise<void> {
  const name = `flag-${index}`;
  const values = Array.from({ length: members }, (_, at) => customerId(index * members + at));
  const constraints = [{ contextName: 'userId', operator: 'IN', values }];
  const { id } = await ask(url, '/api/admin/segments', { name, constraints });
  const features = '/api/admin/projects/default/features';
  await ask(url, features, { name, type: 'release' });
  const environment = `${features}/${name}/environments/development`;
  const parameters = { rollout: '100', stickiness: 'default', groupId: name };
  await ask(url, `${environment}/strategies`, { name: 'flexibleRollout', parameters, constraints: [], segments: [id] });
  await ask(url, `${environment}/on`, {});
}

async function ask(url: string, path: string, body: object): Promise<{ readonly id?: number }> {
  const headers = { authorization: ADMIN, 'content-type': 'application/json' };
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`Unleash answered ${path} with ${answer.status}: ${text.slice(0, 500)}`);
  return text === '' ? {} : JSON.parse(text);
}

/** Which flags are on for him. */
async function flagsOf(url: string, id: string): Promise<readonly unknown[]> {
  const answer = await fetch(`${url}/api/frontend?userId=${id}`, { headers: { authorization: FRONTEND } });
  const { toggles }: { toggles: readonly unknown[] } = JSON.parse(await answer.text());
  return toggles;
}
