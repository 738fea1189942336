/** Files that follow from the package, kept beside it so that a review sees what a change does to them. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

type Files = ReadonlyMap<string, string>;

/** Makes `folder` hold `files` and nothing else. */
export async function write(folder: string, files: Files): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, text] of files) await writeFile(join(folder, name), text);
}

/** In what `folder` differs from `files`; undefined when it does not. */
export async function difference(folder: string, files: Files): Promise<string | undefined> {
  const kept = await readdir(folder).catch(() => []);
  const names = [...new Set([...kept, ...files.keys()])].sort();
  const complaints = await Promise.all(
    names.map(async (name) => {
      const before = await readFile(join(folder, name), 'utf8').catch(() => '');
      return changes(before, files.get(name) ?? '').map((line) => `${name}: ${line}`);
    }),
  );
  return complaints.flat().length === 0 ? undefined : complaints.flat().join('\n');
}

/** Lines that only one of them has. */
function changes(before: string, after: string): readonly string[] {
  const [was, is] = [before.split('\n'), after.split('\n')];
  const gone = was.filter((line) => !is.includes(line)).map((line) => `- ${line}`);
  const come = is.filter((line) => !was.includes(line)).map((line) => `+ ${line}`);
  if (gone.length + come.length > 0) return [...gone, ...come];
  return before === after ? [] : ['the same lines, in another order or number'];
}
