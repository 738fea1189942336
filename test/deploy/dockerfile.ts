/** A Dockerfile as its instructions, by the stage they are of. */
import { readFile } from 'node:fs/promises';

export interface Instruction {
  readonly keyword: string;
  /** On one line. */
  readonly value: string;
}

export interface Dockerfile {
  readonly stages: ReadonlyMap<string, readonly Instruction[]>;
  /** What a stage begins as: another stage, or an image. */
  readonly bases: ReadonlyMap<string, string>;
  /** Of its `ARG`s. */
  readonly defaults: ReadonlyMap<string, string>;
}

export async function readDockerfile(path: string): Promise<Dockerfile> {
  const stages = new Map<string, Instruction[]>();
  const bases = new Map<string, string>();
  const defaults = new Map<string, string>();
  let current: Instruction[] = [];
  for (const one of instructionsIn(await readFile(path, 'utf8'))) {
    const [first = '', , last = ''] = one.value.split(' ');
    if (one.keyword === 'FROM') {
      current = [];
      stages.set(last, current);
      bases.set(last, first);
    } else if (one.keyword === 'ARG') {
      const [name = '', value = ''] = one.value.split('=');
      defaults.set(name, value);
    } else current.push(one);
  }
  return { stages, bases, defaults };
}

function instructionsIn(text: string): readonly Instruction[] {
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .filter(Boolean);
  return lines.map((line) => {
    const [keyword = '', ...words] = line.split(' ');
    return { keyword, value: words.join(' ') };
  });
}
