import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCustomerId } from '@segment-store/contract/id';
import { erasedList, hashingWith } from '@segment-store/store/erased-list';
import { expect, test as plainTest } from 'vitest';
import { loadedRun, NEXT_RUN, RUN, segment } from '../fixture/store.ts';
import type { Answer } from '../lookup/l1.ts';
import { openStateDir, type StateDir } from './state-dir.ts';

const test = plainTest.extend<{ path: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads what a fixture needs from its first parameter
  path: async ({}, use) => {
    const parent = await mkdtemp(join(tmpdir(), 'segment-state-'));
    await use(join(parent, 'state'));
    await rm(parent, { recursive: true });
  },
});

const STORE = 'segments in http://es:9200';
const { generation, catalogue } = loadedRun(RUN, { c1: ['a'] }, [segment('b', { country: 'Côte d’Ivoire' })]);
const live = { generation: { ...generation, expectedEvery: 'PT24H' }, epoch: 7, floor: 6 };
const answer: Answer = {
  key: 'c\u2028"1"',
  value: { run: generation.run, etag: '"abc"', known: true, body: '{"customerId":"é\\n"}' },
  ageMs: 1_500,
};

async function opened(path: string) {
  const troubles: string[] = [];
  const dir = await openStateDir(path, { store: STORE, onTrouble: (error) => troubles.push(String(error)) });
  return { dir, troubles };
}

/** What the next server finds. */
async function reopened(path: string) {
  const { dir, troubles } = await opened(path);
  dir.close();
  return { kept: dir.kept, troubles };
}

async function filled(path: string, change: (dir: StateDir) => Promise<void> = async () => {}): Promise<void> {
  const { dir } = await opened(path);
  await dir.keepPin(live, catalogue);
  await dir.keepAnswers(generation.run, [answer]);
  await change(dir);
  dir.close();
}

test('what was kept is what the next server finds', async ({ path }) => {
  await filled(path);
  const { kept, troubles } = await reopened(path);
  expect([kept, troubles]).toEqual([{ ...live, store: STORE, catalogue, answers: [answer] }, []]);
});

test('an empty directory holds nothing, and that is no trouble', async ({ path }) => {
  expect(await reopened(path)).toEqual({ kept: undefined, troubles: [] });
});

test('nobody else can read it', async ({ path }) => {
  await filled(path);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
});

test('a newer pin takes the place of the older one, and its answers are of no use any more', async ({ path }) => {
  const next = loadedRun(NEXT_RUN, { c1: ['z'] });
  await filled(path, (dir) => dir.keepPin({ generation: next.generation, epoch: 8, floor: 6 }, next.catalogue));
  const { kept, troubles } = await reopened(path);
  expect([kept?.epoch, kept?.generation.run, kept?.answers, troubles]).toEqual([8, NEXT_RUN, [], []]);
  expect((await readdir(path)).filter((name) => name.startsWith('catalogue'))).toEqual([`catalogue-${NEXT_RUN}.state`]);
});

test('a pin that was forgotten is answered by nobody', async ({ path }) => {
  await filled(path, (dir) => dir.forgetPin());
  expect(await reopened(path)).toEqual({ kept: undefined, troubles: [] });
});

test('the pin of another store is said, and ignored', async ({ path }) => {
  await filled(path);
  const troubles: string[] = [];
  const other = { store: 'segments in http://other:9200', onTrouble: (error: unknown) => troubles.push(String(error)) };
  const dir = await openStateDir(path, other);
  dir.close();
  expect(dir.kept).toBeUndefined();
  expect(troubles).toEqual([expect.stringMatching(/pin\.state: it is of segments in http:\/\/es:9200.*other/)]);
});

const flipped = (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 10 ? byte ^ 1 : byte)));
const damages: readonly [string, (bytes: Buffer) => Buffer, string][] = [
  ['cut short', (bytes) => bytes.subarray(0, bytes.length / 2), 'it does not end with segment-store/server-state/1'],
  ['empty', () => Buffer.alloc(0), 'it does not end with'],
  ['changed in one bit', flipped, 'its lines have another hash'],
  [
    'of another format',
    (bytes) => Buffer.from(bytes.toString().replace('state/1 ', 'state/2 ')),
    'it does not end with',
  ],
];
const files = ['pin.state', `catalogue-${RUN}.state`];

for (const file of files) {
  for (const [damage, make, said] of damages) {
    test(`${file}, ${damage}: said, and nothing is kept`, async ({ path }) => {
      await filled(path);
      await writeFile(join(path, file), make(await readFile(join(path, file))));
      expect(await reopened(path)).toEqual({
        kept: undefined,
        troubles: [expect.stringContaining(`${file}: ${said}`)],
      });
    });
  }
}

for (const [damage, make, said] of damages) {
  test(`answers, ${damage}: said, and the pin is kept without them`, async ({ path }) => {
    await filled(path);
    await writeFile(join(path, 'answers.state'), make(await readFile(join(path, 'answers.state'))));
    const { kept, troubles } = await reopened(path);
    expect([kept?.epoch, kept?.answers, troubles]).toEqual([
      7,
      [],
      [expect.stringContaining(`answers.state: ${said}`)],
    ]);
  });
}

/** Another process that holds the directory until its stdin ends. */
async function holder(path: string) {
  const code = `
    const { openStateDir } = await import(${JSON.stringify(join(import.meta.dirname, 'state-dir.ts'))});
    await openStateDir(${JSON.stringify(path)}, { store: 'x', onTrouble() {} });
    console.log('held');
    process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

test('two servers never share it; a killed one lets go of it at once', { timeout: 30_000 }, async ({ path }) => {
  const child = await holder(path);
  await expect(opened(path)).rejects.toMatchObject({ code: 'HELD', message: expect.stringContaining(path) });
  child.kill('SIGKILL');
  await once(child, 'close');
  expect((await opened(path)).troubles).toEqual([]);
});

test('a directory that is none: DENIED, and it says why', async ({ path }) => {
  await writeFile(path, '');
  await expect(opened(path)).rejects.toThrow(path);
  await rm(path);
  await filled(path);
  await writeFile(join(path, 'owner.sqlite'), 'no database at all, but long enough to be looked at as one');
  await chmod(join(path, 'owner.sqlite'), 0o600);
  await expect(opened(path)).rejects.toMatchObject({ code: 'DENIED', message: expect.stringContaining(path) });
});

const key = Buffer.alloc(32, 1).toString('base64');
const erased = erasedList(key, new Set([hashingWith(key)(parseCustomerId('ada'))]));

test('who was erased is kept beside, without a name, and by a newer pin as well', async ({ path }) => {
  await filled(path, (dir) => dir.keepErased(erased));
  await filled(path);
  const { dir, troubles } = await opened(path);
  dir.close();
  expect([dir.erased.has(parseCustomerId('ada')), dir.erased.size, troubles]).toEqual([true, 1, []]);
  expect(await readFile(join(path, 'erased.state'), 'utf8')).not.toContain('ada');
});

for (const [damage, make, said] of damages) {
  test(`the list of who was erased, ${damage}: said, and nothing that was kept is answered`, async ({ path }) => {
    await filled(path, (dir) => dir.keepErased(erased));
    const file = join(path, 'erased.state');
    await writeFile(file, make(await readFile(file)));
    expect(await reopened(path)).toEqual({
      kept: undefined,
      troubles: [expect.stringContaining(`erased.state: ${said}`)],
    });
  });
}
