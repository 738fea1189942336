/** docs/runbooks: pages, their sections and what stands in their fences. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../docs/runbooks/', import.meta.url));

export interface RunBook {
  /** Of the file, which is that of the alert. */
  readonly name: string;
  readonly text: string;
  readonly sections: readonly string[];
  readonly fences: readonly Fence[];
}

export interface Fence {
  /** `promql`, `sh`, `sh drill`, `sh kubernetes`, `sh kubernetes part=redis`. */
  readonly kind: string;
  readonly section: string;
  readonly text: string;
}

export async function readRunBooks(): Promise<readonly RunBook[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.md') && name !== 'README.md');
  return Promise.all(names.map(async (name) => toRunBook(name.slice(0, -3), await readFile(FOLDER + name, 'utf8'))));
}

/** Every query of a page, those of docs/alerts.md, which is about all of them, and of docs/launch-plan.md. */
export async function readQueries(): Promise<readonly { readonly name: string; readonly text: string }[]> {
  const others = await Promise.all(['alerts', 'launch-plan'].map(readDocument));
  return [...(await readRunBooks()), ...others].flatMap(({ name, fences }) =>
    fences.filter(({ kind }) => /^promql\b/.test(kind)).map(({ text }) => ({ name, text })),
  );
}

/** A page of docs/ as run-books are read. */
export const readDocument = async (name: string): Promise<RunBook> =>
  toRunBook(name, await readFile(`${FOLDER}../${name}.md`, 'utf8'));

export const readReadme = (): Promise<string> => readFile(`${FOLDER}README.md`, 'utf8');

function toRunBook(name: string, text: string): RunBook {
  const parts = text.split(/^## /m).slice(1);
  const fences = parts.flatMap((part) => fencesIn(part.split('\n')[0] ?? '', part));
  return { name, text, sections: parts.map((part) => part.split('\n')[0] ?? ''), fences };
}

const fencesIn = (section: string, text: string): readonly Fence[] =>
  [...text.matchAll(/^```(.*)\n([\s\S]*?)\n```$/gm)].map(([, kind = '', body = '']) => ({ kind, section, text: body }));
