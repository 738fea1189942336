import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { startCommand } from '@segment-store/cli/child';
import { parseRunId } from '@segment-store/contract/id';
import { MANIFEST_KEY, parseManifest } from '@segment-store/contract/manifest';
import { unlimited } from '@segment-store/resilience/operation';
import { openStore } from '@segment-store/store/open';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type RunFiles, runFiles, writeRun } from '../../../test/support/run-folder.ts';
import { badCommands } from './bad-input.cases.ts';
import { createPlaces, member, type Places, parts, run, served } from './place.fixture.ts';

vi.setConfig({ testTimeout: 60_000 });

let places: Places;
beforeAll(async () => {
  places = await createPlaces();
  for (const { what, speak } of strangers) endings.set(what, loadInto(speak));
});
afterAll(async () => {
  await Promise.all(endings.values());
  await places[Symbol.asyncDispose]();
});
const place = (files: RunFiles) => places.place(files);

async function ingest(...args: readonly string[]) {
  const { exitCode, events, stderr } = await startCommand(join(import.meta.dirname, 'main.ts'), args).finished;
  const texts = events.flatMap((event) => ('text' in event ? [event.text] : []));
  const said = [...texts, stderr].join('\n');
  return { exitCode, said, result: events.find((event) => event.kind === 'result') };
}

const answer = (status: string, body: string) => (socket: Socket) => {
  const head = `HTTP/1.1 ${status}\r\ncontent-type: text/html\r\ncontent-length: ${body.length}\r\n\r\n`;
  socket.on('data', () => socket.write(head + body));
};

const [unavailable, again] = [6, 'run the same command again once it answers'];
/** A load into each begins before all tests and is heard of last: until patience ends takes 10 to 20 s. */
const strangers = [
  { what: 'not there', exitCode: unavailable, says: again },
  { what: 'silent', speak: () => {}, exitCode: unavailable, says: again },
  { what: 'hanging up', speak: (socket: Socket) => void socket.destroy(), exitCode: unavailable, says: again },
  { what: 'answering 503', speak: answer('503 Service Unavailable', 'busy'), exitCode: unavailable, says: again },
  { what: 'something else', speak: answer('200 OK', '<html>hello</html>'), exitCode: 2, says: 'is not Elasticsearch' },
];
const endings = new Map<string, ReturnType<typeof loadInto>>();

async function loadInto(speak?: (socket: Socket) => void) {
  const { folder } = await place(runFiles({ run, parts }));
  const server = createServer(speak).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  if (speak === undefined) server.close();
  const ended = await ingest('load', folder, '--store', `http://${host}`);
  server.close();
  return { ...ended, host };
}

test.each([{ gzip: false }, { gzip: true }])('a run is loaded and live, %o', async ({ gzip }) => {
  const { folder, store } = await place(runFiles({ run, parts, gzip }));
  const { exitCode, result } = await ingest('load', folder, '--store', store);
  expect(exitCode).toBe(0);
  expect(result).toMatchObject({ data: { run, published: true, customers: 4, memberships: 6, segments: 2, rows: 4 } });
  expect(await served(store, ['c1', 'c3', 'c9'])).toEqual({ run, members: [['a', 'b'], ['b', 'a'], undefined] });
});

test('the same run again is nothing to do', async () => {
  const { folder, store } = await place(runFiles({ run, parts }));
  await ingest('load', folder, '--store', store);
  const again = await ingest('load', folder, '--store', store);
  expect(again).toMatchObject({ exitCode: 0, result: { data: { published: false } } });
  expect(again.said).toContain('live already: nothing to do');
});

test.each(badCommands)('$what: exit $exitCode', async ({ args, content = '', exitCode, names }) => {
  const { folder, store } = await place(runFiles({ run, parts }));
  const file = join(places.root, 'plain-file');
  await writeFile(file, content);
  const real = (text: string) => text.replace('<run>', folder).replace('<store>', store).replace('<file>', file);
  const { said, ...ended } = await ingest(...args.map(real));
  expect(ended.exitCode, said).toBe(exitCode);
  for (const name of names) expect(said).toContain(real(name));
  expect(said).not.toContain('    at ');
});

test('an embedded store that another process writes is left to it: exit 5', async () => {
  const files = runFiles({ run, parts });
  const { folder, store } = await place(files);
  await using other = openStore(store, { leaseMs: 1500 });
  await using _ = await other.writer.build(parseManifest(files.get(MANIFEST_KEY) ?? Buffer.alloc(0)), unlimited);
  const { exitCode, said } = await ingest('load', folder, '--store', store, '--lease-ms', '1500');
  expect(exitCode).toBe(5);
  expect(said).toContain(`is held by process ${process.pid}`);
});

test('a store of a newer format is not touched: exit 2', async () => {
  const { folder, store } = await place(runFiles({ run, parts }));
  const directory = store.replace('embedded:', '');
  await mkdir(directory);
  await writeFile(join(directory, 'store.json'), '{"schema":"segment-store/embedded/9"}');
  const { exitCode, said } = await ingest('load', folder, '--store', store);
  expect(exitCode).toBe(2);
  expect(said).toContain(`${directory} has format 9`);
  expect(await readdir(directory)).toEqual(['store.json']);
});

const next = parseRunId('20260201t040000z');
const changed = [[member('c1', 'b')]];
/** So few customers drift. */
const anyhow = ['--accept', 'drift', '--accept', 'vanished-segments'];

test('another content under a known run id is refused: exit 7', async () => {
  const { folder, store } = await place(runFiles({ run, parts }));
  await ingest('load', folder, '--store', store);
  await writeRun(folder, runFiles({ run, parts: changed }));
  const { exitCode, said } = await ingest('load', folder, '--store', store);
  expect(exitCode).toBe(7);
  expect(said).toContain(`run ${run} is known with another manifest`);
  expect(await served(store, ['c1'])).toEqual({ run, members: [['a', 'b']] });
});

test('an older run than the live one is refused: exit 5', async () => {
  const older = await place(runFiles({ run, parts }));
  const { folder, store } = await place(runFiles({ run: next, parts: changed }));
  await ingest('load', folder, '--store', store);
  const { exitCode, said } = await ingest('load', older.folder, '--store', store);
  expect(exitCode).toBe(5);
  expect(said).toContain(`run ${run} is older than ${next}`);
});

test('after a rollback nothing is published until unhold; then publish ends what load began', async () => {
  const first = await place(runFiles({ run, parts }));
  const second = await place(runFiles({ run: next, parts: changed }));
  const third = await place(runFiles({ run: parseRunId('20260301t040000z'), parts: changed }));
  const store = ['--store', first.store];
  await ingest('load', first.folder, ...store);
  await ingest('load', second.folder, ...store, ...anyhow);
  expect(await ingest('rollback', ...store)).toMatchObject({ exitCode: 0, result: { data: { run, withdrawn: next } } });
  expect((await served(first.store, ['c1'])).members).toEqual([['a', 'b']]);
  const withdrawn = await ingest('load', second.folder, ...store);
  expect(withdrawn).toMatchObject({ exitCode: 4, said: expect.stringContaining('withdrawn') });
  const held = await ingest('load', third.folder, ...store, ...anyhow);
  expect(held).toMatchObject({ exitCode: 4, said: expect.stringContaining('until `unhold`: the run stays loaded') });
  expect(await ingest('unhold', ...store)).toMatchObject({ exitCode: 0, result: { data: { held: true } } });
  expect(await ingest('unhold', ...store)).toMatchObject({ exitCode: 0, result: { data: { held: false } } });
  expect(await ingest('publish', third.folder, ...store, ...anyhow)).toMatchObject({
    exitCode: 0,
    result: { data: { rows: 0 } },
  });
  expect((await served(first.store, ['c1', 'c3'])).members).toEqual([['b'], undefined]);
});

test('generations are listed, the newest first', async () => {
  const first = await place(runFiles({ run, parts }));
  const second = await place(runFiles({ run: next, parts: changed }));
  expect((await ingest('generations', '--store', first.store)).said).toContain('no generations yet');
  await ingest('load', first.folder, '--store', first.store);
  await ingest('load', second.folder, '--store', first.store, ...anyhow);
  const { said, result } = await ingest('generations', '--store', first.store);
  expect(result).toMatchObject({
    data: {
      generations: [
        { run: next, state: 'live', members: 1 },
        { run, state: 'retired' },
      ],
    },
  });
  expect(said).toMatch(/^run +state +customers +memberships +segments +since$/m);
});

test('the first SIGINT stops a load, exit 6; the same command again goes on', async () => {
  const many = Array.from({ length: 50_000 }, (_, index) => member(`c${index}`, 'a'));
  const { folder, store } = await place(
    runFiles({ run, parts: [many, changed.flat().map((line) => line.replace('c1', 'last'))] }),
  );
  const args = ['load', folder, '--store', store, '--parts-at-once', '1'];
  const child = startCommand(join(import.meta.dirname, 'main.ts'), args);
  await child.until((event) => event.kind === 'progress');
  child.process.kill('SIGINT');
  const { exitCode, events } = await child.finished;
  expect(exitCode).toBe(6);
  expect(events.at(-1)).toMatchObject({ kind: 'error', text: expect.stringContaining('run the same command again') });
  expect(await ingest(...args)).toMatchObject({ exitCode: 0, result: { data: { customers: 50_001 } } });
});

test.each(strangers)('an Elasticsearch that is $what: exit $exitCode, naming it', async ({ what, exitCode, says }) => {
  const ended = await endings.get(what);
  expect(ended?.exitCode, ended?.said).toBe(exitCode);
  expect(ended?.said).toContain(ended?.host);
  expect(ended?.said).toContain(says);
  expect(ended?.said).not.toContain('    at ');
});
