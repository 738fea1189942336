import { mkdir, mkdtemp, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unlimited } from '@segment-store/resilience/operation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DirectoryFolder } from './directory.ts';
import { folderSuite } from './folder.suite.ts';

let parent = '';
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'folder-'));
});
afterAll(() => rm(parent, { recursive: true }));
const freshRoot = () => mkdtemp(join(parent, 'root-'));

describe('directory', () => {
  folderSuite({
    fresh: async () => new DirectoryFolder(await freshRoot()),
    absent: () => new DirectoryFolder(join(parent, 'absent')),
  });

  test('is listed in the order of bytes also past U+FFFF, as S3 lists', async () => {
    const folder = new DirectoryFolder(await freshRoot());
    for (const key of ['🛒', '\uff5e', 'é']) await folder.write(key, bytes(key), unlimited);
    expect((await Array.fromAsync(folder.list('', unlimited))).map(({ key }) => key)).toEqual(['é', '\uff5e', '🛒']);
  });

  test('is made by the first write', async () => {
    const root = join(await freshRoot(), 'deep', 'down');
    const file = await new DirectoryFolder(root).write('members/a', bytes('a'), unlimited);
    expect(await Array.fromAsync(new DirectoryFolder(root).list('', unlimited))).toEqual([file]);
  });

  test('keeps no half-written file, and shows none that a crash left', async () => {
    const root = await freshRoot();
    const folder = new DirectoryFolder(root);
    await expect(folder.write('a', failing(), unlimited)).rejects.toThrow('died');
    expect(await readdir(root)).toEqual([]);
    await writeFile(join(root, '.0123456789abcdef.partial'), 'half');
    expect(await Array.fromAsync(folder.list('', unlimited))).toEqual([]);
  });

  test('lists links to files, and follows none to directories', async () => {
    const root = await freshRoot();
    await mkdir(join(root, 'real'));
    await writeFile(join(root, 'real', 'a'), 'a');
    await symlink(join(root, 'real', 'a'), join(root, 'link'));
    await symlink(root, join(root, 'real', 'circle'));
    await symlink(join(root, 'nowhere'), join(root, 'broken'));
    const keys = (await Array.fromAsync(new DirectoryFolder(root).list('', unlimited))).map(({ key }) => key);
    expect(keys).toEqual(['link', 'real/a']);
  });

  test('lists no names that cannot be keys, such as the ones the Finder writes', async () => {
    const root = await freshRoot();
    await mkdir(join(root, 'line\nbreak'));
    for (const name of ['Icon\r', 'line\nbreak/a', 'b']) await writeFile(join(root, name), name);
    expect((await Array.fromAsync(new DirectoryFolder(root).list('', unlimited))).map(({ key }) => key)).toEqual(['b']);
  });

  test('sees a file that is cut short or rewritten in place while it is read', async () => {
    const root = await freshRoot();
    const folder = new DirectoryFolder(root);
    for (const change of [
      () => truncate(join(root, 'a'), 300_000),
      () => writeFile(join(root, 'a'), Buffer.alloc(600_000, 2)),
    ]) {
      const file = await folder.write('a', bytes(Buffer.alloc(600_000, 1)), unlimited);
      const body = folder.read(file, { from: 0, to: file.bytes }, unlimited)[Symbol.asyncIterator]();
      await body.next();
      await change();
      await expect(untilDone(body)).rejects.toMatchObject({ code: 'CHANGED' });
    }
  });

  test('reads the old file to its end when a new one takes its place', async () => {
    const folder = new DirectoryFolder(await freshRoot());
    const file = await folder.write('a', bytes(Buffer.alloc(600_000, 1)), unlimited);
    const body = folder.read(file, { from: 0, to: file.bytes }, unlimited)[Symbol.asyncIterator]();
    await body.next();
    await folder.write('a', bytes('new'), unlimited);
    await expect(untilDone(body)).resolves.toBeUndefined();
  });

  test('a directory is no file, and not in the way silently', async () => {
    const folder = new DirectoryFolder(await freshRoot());
    await folder.write('a/b', bytes('b'), unlimited);
    await expect(folder.info('a', unlimited)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(folder.info('a/b/c', unlimited)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(folder.write('a', bytes('a'), unlimited)).rejects.toMatchObject({ code: 'DENIED' });
    await expect(folder.write('a/b/c', bytes('c'), unlimited)).rejects.toMatchObject({ code: 'DENIED' });
    await expect(folder.write('x'.repeat(300), bytes('x'), unlimited)).rejects.toMatchObject({ code: 'DENIED' });
    expect((await Array.fromAsync(folder.list('', unlimited))).map(({ key }) => key)).toEqual(['a/b']);
  });
});

async function* bytes(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('half');
  throw new Error('died');
}

async function untilDone(iterator: AsyncIterator<unknown>): Promise<void> {
  while (!(await iterator.next()).done);
}
