import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand } from '@segment-store/cli/child';
import type { CommandEvent } from '@segment-store/cli/event';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCommand, revokeCommand } from './admission/keys-command.ts';
import { badStarts } from './bad-input.cases.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const STARTING_MS = 60_000;

let dir = '';
const servers: Server[] = [];
const urls = { html: '', unavailable: '', silent: '' };

async function start(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'segment-server-'));
  await writeFile(join(dir, 'file'), '');
  await writeFile(join(dir, 'config.json'), '{"stroe":"embedded:x"}');
  urls.html = await start((_, response) => response.end('<html>'));
  urls.unavailable = await start((_, response) => response.writeHead(503).end('{}'));
  urls.silent = await start(() => {});
});
afterAll(async () => {
  for (const server of servers) server.close().closeAllConnections();
  await rm(dir, { recursive: true });
});

const filled = (text: string): string =>
  text.replace('{dir}', dir).replace('{html}', urls.html).replace('{port}', new URL(urls.html).port);

test.concurrent.each(badStarts)(
  '$title: exit 2, and it says why',
  { timeout: STARTING_MS },
  async ({ args, names }) => {
    const { exitCode, events, stderr } = await startCommand(MAIN, args.map(filled)).finished;
    const said = [...events.flatMap((event) => ('text' in event ? [event.text] : [])), stderr].join('\n');
    for (const name of names) expect(said).toContain(filled(name));
    expect(exitCode).toBe(2);
  },
);

const waiting: readonly [string, () => string][] = [
  ['is not there', () => 'http://127.0.0.1:1'],
  ['answers 503', () => urls.unavailable],
  ['never answers', () => urls.silent],
  ['is empty', () => `embedded:${join(dir, 'empty')}`],
];
test.concurrent.each(waiting)(
  'a store that %s: alive, not ready, 503; a signal ends it with 0',
  { timeout: STARTING_MS },
  async (_, store) => {
    const child = startCommand(MAIN, ['--store', store(), '--port', '0', '--poll-ms', '50', '--log-sample', '100%']);
    const listening = await child.until(({ kind }) => kind === 'result');
    const url = listening.kind === 'result' ? listening.data.url : '';
    const status = async (path: string) => (await fetch(`${url}${path}`)).status;
    expect([await status('/livez'), await status('/readyz'), await status('/v1/customers/c1/segments')]).toEqual([
      200, 503, 503,
    ]);
    expect(await status('/console/customers?id=c1')).toBe(200);
    child.process.kill('SIGTERM');
    const { exitCode, stderr } = await child.finished;
    expect(exitCode).toBe(0);
    const refused = { level: 'error', method: 'GET', route: '/v1/customers/{customerId}/segments', status: 503 };
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toContainEqual(expect.objectContaining(refused));
    expect(lines).toContainEqual(expect.objectContaining({ route: '/console', status: 200 }));
    expect(stderr).not.toContain('c1');
  },
);

test('keys that are made and revoked while it runs are let in and refused, on any address', {
  timeout: STARTING_MS,
}, async () => {
  const keys = join(dir, 'keys.json');
  const said: CommandEvent[] = [];
  const context = { say: (event: CommandEvent) => said.push(event), signal: new AbortController().signal };
  const given = { flags: { keys }, environmentPrefix: 'NONE' };
  const made = async () => {
    await createCommand.run({ ...given, args: ['checkout'] }, context);
    const key = said.findLast((event) => event.kind === 'data');
    return { id: `${key?.data.id}`, key: key?.text ?? '' };
  };
  const first = await made();
  const where = ['--store', `embedded:${join(dir, 'empty')}`, '--host', '0.0.0.0', '--port', '0'];
  const child = startCommand(MAIN, [...where, '--keys', keys, '--drain-delay-ms', '0']);
  const listening = await child.until(({ kind }) => kind === 'result');
  const url = listening.kind === 'result' ? `${listening.data.url}`.replace('0.0.0.0', '127.0.0.1') : '';
  const status = async (key: string) =>
    (await fetch(`${url}/v1/segments`, { headers: { authorization: `Bearer ${key}` } })).status;
  expect([await status(first.key), await status(`${first.key}x`)]).toEqual([503, 401]);
  const second = await made();
  await revokeCommand.run({ ...given, args: [first.id] }, context);
  await expect.poll(() => status(first.key), { timeout: 10_000 }).toBe(401);
  expect(await status(second.key)).toBe(503);
  child.process.kill('SIGTERM');
  const { exitCode, events, stderr } = await child.finished;
  expect(exitCode).toBe(0);
  expect(JSON.stringify(events)).not.toMatch(new RegExp(`seg_|${first.id}|${second.id}`));
  expect(stderr).toContain(`"key":"${second.id}"`);
  expect(stderr).not.toContain('seg_');
});
