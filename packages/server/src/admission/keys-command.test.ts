import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandEvent } from '@segment-store/cli/event';
import { CommandError } from '@segment-store/cli/exit-code';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { hashOf } from './api-key.ts';
import { type BadKeys, badKeys, KEY } from './bad-input.cases.ts';
import { createCommand, listCommand, revokeCommand } from './keys-command.ts';

const commands = { create: createCommand, revoke: revokeCommand, list: listCommand };
const folders: string[] = [];
let dir = '';
let keys = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'segment-keys-'));
  folders.push(dir);
  keys = join(dir, 'keys.json');
});
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

type Given = Pick<BadKeys, 'command' | 'args' | 'flags'>;

async function run({ command, args = [], flags = {} }: Given): Promise<readonly CommandEvent[]> {
  const events: CommandEvent[] = [];
  const context = { say: (event: CommandEvent) => events.push(event), signal: new AbortController().signal };
  await commands[command].run({ args, flags: { keys, ...flags }, environmentPrefix: 'NONE' }, context);
  return events;
}

/** The key that was made, as it stands on stdout. */
async function made(name: string, flags: Readonly<Record<string, string>> = {}) {
  const events = await run({ command: 'create', args: [name], flags });
  const [data] = events.filter((event) => event.kind === 'data');
  return { events, key: data?.text ?? '', id: `${data?.data.id}` };
}

test('a key is told once: the file holds its hash, for its owner alone, and nothing is left beside it', async () => {
  const { events, key, id } = await made('checkout', {
    scopes: 'read,read:members',
    class: 'critical',
    rate: '2000',
    days: '30',
  });
  expect(key).toMatch(/^seg_live_[a-z0-9]{10}_[A-Za-z0-9]{49}$/);
  expect(events.filter((event) => event.kind !== 'data').some((event) => JSON.stringify(event).includes(key))).toBe(
    false,
  );
  const text = await readFile(keys, 'utf8');
  expect(text).not.toContain(key.slice(-49, -6));
  expect(JSON.parse(text)).toEqual({
    schema: 'segment-store/keys/1',
    keys: [
      {
        ...{ id, name: 'checkout', sha256: hashOf(key).toString('hex'), scopes: ['read', 'read:members'] },
        ...{ class: 'critical', rate: 2_000, createdAt: expect.any(String), expiresAt: expect.any(String) },
      },
    ],
  });
  expect((await stat(keys)).mode & 0o777).toBe(0o600);
  expect(await readdir(dir)).toEqual(['keys.json']);
});

test('a key follows another: two are active until the first is revoked, then there is room for one more', async () => {
  const [first, second] = [await made('checkout'), await made('checkout')];
  await made('feed');
  await expect(made('checkout')).rejects.toThrow(`revoke the older one first, ${first.id}`);
  const [revoked] = await run({ command: 'revoke', args: [first.id] });
  expect(revoked).toMatchObject({ text: `key ${first.id} is revoked` });
  const [again] = await run({ command: 'revoke', args: [first.id] });
  expect(again).toMatchObject({ text: `key ${first.id} was revoked before: nothing to do` });
  const third = await made('checkout');
  const [list] = await run({ command: 'list' });
  const rows = list?.kind === 'result' ? list.text.split('\n').map((line) => line.split(/ {2,}/).slice(0, 3)) : [];
  expect(rows).toEqual([
    ['id', 'name', 'state'],
    [first.id, 'checkout', 'revoked'],
    [second.id, 'checkout', 'active'],
    [rows[3]?.[0], 'feed', 'active'],
    [third.id, 'checkout', 'active'],
  ]);
  expect(JSON.stringify(list)).not.toContain('sha256');
});

test('of many commands at once none undoes another: each is done, or refused with the way out', async () => {
  const results = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => made(`service-${index}`)));
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  for (const error of refused)
    expect(error).toMatchObject({ exitCode: 5, message: expect.stringContaining('try again') });
  const done = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.id] : []));
  const { keys: kept } = JSON.parse(await readFile(keys, 'utf8'));
  expect(new Set(kept.map(({ id }: { id: string }) => id))).toEqual(new Set(done));
  await made('one-more');
});

test('what a killed command left is named', async () => {
  await writeFile(`${keys}.new`, '');
  await expect(made('checkout')).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining(`remove ${keys}.new`),
  });
});

test('a link to the file is followed, not replaced', async () => {
  await mkdir(join(dir, 'secret'));
  const file = join(dir, 'secret', 'keys.json');
  await writeFile(file, '{"schema":"segment-store/keys/1","keys":[]}');
  await symlink(file, keys);
  const { id } = await made('checkout');
  expect(await readFile(file, 'utf8')).toContain(id);
});

test.each(badKeys)(
  '$title is refused: exit 2, and what is wrong',
  async ({ file, exitCode = 2, names, flags, ...given }) => {
    const content = file === undefined ? { schema: 'segment-store/keys/1', keys: [KEY] } : file;
    if (content !== null) await writeFile(keys, typeof content === 'string' ? content : JSON.stringify(content));
    const filled = (text: string) => text.replace('{dir}', dir).replace('{keys}', keys);
    const own = Object.fromEntries(Object.entries(flags ?? {}).map(([name, value]) => [name, filled(value)]));
    const error = await run({ ...given, flags: own }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(CommandError);
    expect(error).toMatchObject({ exitCode });
    for (const name of names) expect(error instanceof Error ? error.message : '').toContain(filled(name));
    expect((await readdir(dir)).filter((name) => name.endsWith('.new'))).toEqual([]);
  },
);

test('a key that somebody put where its hash belongs is not repeated', async () => {
  const { key } = await made('checkout');
  await writeFile(keys, JSON.stringify({ schema: 'segment-store/keys/1', keys: [{ ...KEY, sha256: key }] }));
  await expect(run({ command: 'list' })).rejects.toThrow(/keys\[0\]\.sha256 is no SHA-256/);
  await expect(run({ command: 'list' })).rejects.not.toThrow(key);
});

test('a directory that is not there is named: making a key makes the file, not its place', async () => {
  const flags = { keys: join(dir, 'none', 'keys.json') };
  await expect(run({ command: 'create', args: ['checkout'], flags })).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining(`there is no directory ${join(dir, 'none')}; make it first`),
  });
});
