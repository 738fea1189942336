/** Commands by the names that examples and run-books call them. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pythonWith } from '@segment-store/services/python';
import { mainOf } from './commands.ts';

/** A PATH that begins with `folder`, where `node`, `segment-ingest` and `aws` (of PyPI) are. */
export async function pathWithShims(folder: string): Promise<string> {
  return pathWith(folder, {
    'segment-ingest': [process.execPath, mainOf('ingest')],
    aws: [await pythonWith('checks'), '-m', 'awscli'],
  });
}

/** A PATH that begins with `folder`, where each name is what its words call. */
export async function pathWith(folder: string, commands: Readonly<Record<string, readonly string[]>>): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [name, command] of Object.entries(commands)) {
    const words = command.map((word) => `'${word}'`).join(' ');
    await writeFile(join(folder, name), `#!/bin/sh\nexec ${words} "$@"\n`);
    await chmod(join(folder, name), 0o755);
  }
  return `${folder}:${dirname(process.execPath)}:${process.env.PATH}`;
}
