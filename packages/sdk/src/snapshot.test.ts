import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createClient } from './client.ts';
import { drivenServer, GENERATION, reply, serving, skippingTime } from './driven-server.ts';
import { createSegmentClient } from './index.ts';
import { resolveOptions } from './options.ts';
import { keepSnapshot, readSnapshot } from './snapshot.ts';

const unhurried = { deadlineMs: 10_000, attemptTimeoutMs: 10_000, flightTimeoutMs: 10_000 };

/** A file name in a folder of its own, and the warnings of the process meanwhile. */
async function place() {
  const folder = await mkdtemp(join(tmpdir(), 'snapshot-'));
  const warnings: string[] = [];
  const onWarning = ({ message }: Error) => warnings.push(message);
  process.on('warning', onWarning);
  return {
    folder,
    file: join(folder, 'segments'),
    warnings,
    async [Symbol.asyncDispose]() {
      process.off('warning', onWarning);
      await rm(folder, { recursive: true });
    },
  };
}

/** A client that has asked for `c1` and `c2`, kept in the file. */
async function keptOf(url: string, file: string, maxBytes?: number): Promise<void> {
  await using client = createSegmentClient({ baseUrl: url, ...unhurried });
  await client.lookupMany(['c1', 'c2']);
  await using _ = keepSnapshot(client, { file, ...(maxBytes === undefined ? {} : { maxBytes }) });
}

test('a process that begins while the service is down answers what the one before knew', async () => {
  await using at = await place();
  let down = false;
  await using server = await drivenServer((asked, response) =>
    down ? response.destroy() : serving()(asked, response),
  );
  await keptOf(server.url, at.file);
  down = true;
  await using client = createSegmentClient({
    baseUrl: server.url,
    ...unhurried,
    bootstrap: await readSnapshot(at.file),
  });
  const answer = { ok: true, servedFrom: 'bootstrap', segmentIds: ['recurrent:store:17'], generation: GENERATION };
  expect(client.peek('c1')).toMatchObject(answer);
  expect(await client.lookup('c2')).toMatchObject(answer);
  expect(await client.checkMember('c1', 'recurrent:store:17')).toMatchObject({ member: true, servedFrom: 'bootstrap' });
  expect(await client.lookup('c3')).toMatchObject({ ok: false });
  expect(await client.ready({ timeoutMs: 100 })).toBe('bootstrap');
  expect(at.warnings).toEqual([]);
});

test('what a client begins with is refreshed behind as it is read', async () => {
  await using at = await place();
  await using server = await drivenServer(serving());
  await keptOf(server.url, at.file);
  await using client = createSegmentClient({
    baseUrl: server.url,
    ...unhurried,
    bootstrap: await readSnapshot(at.file),
  });
  expect(await client.lookup('c1')).toMatchObject({ servedFrom: 'bootstrap' });
  await vi.waitFor(() => expect(client.peek('c1')).toMatchObject({ servedFrom: 'cache' }));
});

test('its age goes on across processes: a day later it is served no more', async () => {
  await using at = await place();
  await using server = await drivenServer(serving());
  await keptOf(server.url, at.file);
  const kept = await readSnapshot(at.file);
  const aged = kept && {
    ...kept,
    answers: kept.answers.map((each) => ({ ...each, answeredAt: Date.now() - 7_200_000 })),
  };
  const time = skippingTime();
  const client = createClient(resolveOptions({ baseUrl: server.url, ...unhurried, bootstrap: aged }), time);
  expect(client.bootstrap().answers).toHaveLength(2);
  expect(client.peek('c1')).toBeUndefined(); // two hours: only if asking fails
  time.skip(86_400_000 - 7_200_000 + 1_000);
  expect(client.bootstrap().answers).toHaveLength(0);
  await client.close();
});

test('answers withdrawn by a roll back, or of another service, are not begun with', async () => {
  await using at = await place();
  const now = { epoch: '1', floor: '0' };
  await using server = await drivenServer((asked, response) =>
    serving(() => ({}), { headers: { 'segment-epoch': now.epoch, 'segment-epoch-floor': now.floor } })(asked, response),
  );
  await keptOf(server.url, at.file);
  const bootstrap = await readSnapshot(at.file);
  await using other = createSegmentClient({ baseUrl: `${server.url}/eu`, ...unhurried, bootstrap });
  expect(other.peek('c1')).toBeUndefined();
  Object.assign(now, { epoch: '3', floor: '2' });
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried, bootstrap });
  await client.lookup('c3');
  expect(client.peek('c1')).toBeUndefined();
  await using later = createSegmentClient({ baseUrl: server.url, ...unhurried, bootstrap });
  expect(later.peek('c2')).toBeUndefined();
});

test('a newer epoch that the file knows is known: an answer of a server behind is not taken for current', async () => {
  await using at = await place();
  let epoch = '7';
  await using server = await drivenServer((asked, response) =>
    serving(() => ({}), { headers: { 'segment-epoch': epoch, 'segment-epoch-floor': epoch } })(asked, response),
  );
  await keptOf(server.url, at.file);
  epoch = '6';
  await using client = createSegmentClient({
    baseUrl: server.url,
    ...unhurried,
    bootstrap: await readSnapshot(at.file),
  });
  expect(await client.lookup('c3')).toMatchObject({ ok: false, error: { code: 'SERVER' } });
});

test('only its owner may read it, and nothing else is left beside it', async () => {
  await using at = await place();
  await using server = await drivenServer(serving());
  await keptOf(server.url, at.file);
  expect((await stat(at.file)).mode & 0o777).toBe(0o600);
  expect(await readdir(at.folder)).toEqual(['segments']);
});

test('it keeps to its size: the answers used least recently are left out', async () => {
  await using at = await place();
  await using server = await drivenServer(serving());
  await keptOf(server.url, at.file, 450);
  expect((await stat(at.file)).size).toBeLessThanOrEqual(450);
  expect((await readSnapshot(at.file))?.answers).toMatchObject([{ customerId: 'c2' }]);
});

test('where there is no file there is nothing to begin with, and nothing to warn of', async () => {
  await using at = await place();
  expect(await readSnapshot(at.file)).toBeUndefined();
  expect(at.warnings).toEqual([]);
});

const damage: readonly { says: string; of(text: string): string | Buffer; tells: string }[] = [
  { says: 'empty', of: () => '', tells: 'schema' },
  { says: 'cut short', of: (text) => text.slice(0, -10), tells: 'not whole' },
  {
    says: 'without a line in the middle',
    of: (text) => text.split('\n').toSpliced(1, 1).join('\n'),
    tells: 'not whole',
  },
  { says: 'changed in one letter', of: (text) => text.replace('"c1"', '"c9"'), tells: 'not whole' },
  { says: 'of another version', of: (text) => text.replaceAll('snapshot/1', 'snapshot/2'), tells: 'schema' },
  { says: 'of other bytes', of: () => Buffer.alloc(5_000, 0xff), tells: 'schema' },
];

test.each(damage)('a file that is $says is not used, and one warning tells', async ({ of, tells }) => {
  await using at = await place();
  await using server = await drivenServer(serving());
  await keptOf(server.url, at.file);
  await writeFile(at.file, of(await readFile(at.file, 'utf8')));
  expect(await readSnapshot(at.file)).toBeUndefined();
  await vi.waitFor(() => expect(at.warnings).toHaveLength(1));
  expect(at.warnings[0]).toContain(at.file);
  expect(at.warnings[0]).toContain(tells);
});

test('a file that is larger than it may be is not read', async () => {
  await using at = await place();
  await writeFile(at.file, 'x'.repeat(1_000));
  expect(await readSnapshot(at.file, { maxBytes: 999 })).toBeUndefined();
  await vi.waitFor(() => expect(at.warnings[0]).toContain('1000 bytes'));
});

test('a place that cannot be written to is warned of once, and harms nobody', async () => {
  await using at = await place();
  await using server = await drivenServer((_, response) => reply(response, {}));
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  await using snapshot = keepSnapshot(client, { file: join(at.folder, 'missing', 'segments') });
  await snapshot.write();
  await snapshot.write();
  await vi.waitFor(() => expect(at.warnings).toHaveLength(1));
});

test('it is written by the clock', async () => {
  await using at = await place();
  await using server = await drivenServer(serving());
  await using client = createSegmentClient({ baseUrl: server.url, ...unhurried });
  await client.lookup('c1');
  await using _ = keepSnapshot(client, { file: at.file, everyMs: 20 });
  await vi.waitFor(async () => expect((await readSnapshot(at.file))?.answers).toHaveLength(1), { timeout: 5_000 });
});

const answer = {
  customerId: 'c1',
  segmentIds: ['a'],
  known: true,
  complete: true,
  generation: GENERATION,
  computedAt: '2026-09-14T03:15:00.000Z',
  epoch: 1,
  answeredAt: 1_790_000_000_000,
};

/** A whole file of these lines. */
function sealed(...lines: readonly unknown[]): string {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const schema = 'segment-store/sdk-snapshot/1';
  return `${text}${schema} ${createHash('sha256').update(text).digest('hex')}\n`;
}

const head = { schema: 'segment-store/sdk-snapshot/1', service: 'http://a.test', latest: 1, floor: 0 };

test.each([
  [{ customerId: '' }],
  [{ segmentIds: ['a b'] }],
  [{ segmentIds: 'a' }],
  [{ known: 1 }],
  [{ generation: 'latest' }],
  [{ epoch: 'x' }],
  [{ computedAt: 'never' }],
  [{ answeredAt: null }],
])('a whole file with an answer changed by %j is not used', async (change) => {
  await using at = await place();
  await writeFile(at.file, sealed(head, answer));
  expect((await readSnapshot(at.file))?.answers).toHaveLength(1);
  await writeFile(at.file, sealed(head, answer, { ...answer, ...change }));
  expect(await readSnapshot(at.file)).toBeUndefined();
  await vi.waitFor(() => expect(at.warnings[0]).toContain('line 3'));
});
