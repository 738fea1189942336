/** How much longer a program takes to start that imports a package and does nothing else. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { median } from '../../ratio.ts';

export interface Starting {
  /** A program that does nothing at all. */
  readonly bareMs: number;
  /** What the import adds: the median of the rounds' own differences. */
  readonly importMs: number;
}

const WARM_UP = 1;
const CEILING_MS = 30_000;

/** `statement`: what imports it. `file`: its ending says of which format it is. */
export async function measureStart(
  folder: string,
  { file, statement, rounds }: { readonly file: string; readonly statement: string; readonly rounds: number },
): Promise<Starting> {
  await writeFile(join(folder, file), `${statement}\n`);
  await writeFile(join(folder, `bare-${file}`), '');
  const [bare, added]: [number[], number[]] = [[], []];
  for (let round = -WARM_UP; round < rounds; round += 1) {
    const [one, two] = [await startOf(folder, file), await startOf(folder, `bare-${file}`)];
    const [three, four] = [await startOf(folder, `bare-${file}`), await startOf(folder, file)];
    if (round < 0) continue;
    bare.push((two + three) / 2);
    added.push((one + four - two - three) / 2);
  }
  return { bareMs: median(bare), importMs: median(added) };
}

async function startOf(folder: string, file: string): Promise<number> {
  const from = performance.now();
  const child = spawn(process.execPath, [file], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: CEILING_MS,
  });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint += text.toString();
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${complaint.slice(0, 500)}`);
  return performance.now() - from;
}
