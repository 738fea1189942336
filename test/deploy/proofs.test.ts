/** SECURITY.md and RELIABILITY.md name their proofs: each is there. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Proven {
  readonly file: string;
  /** Of each table whose rows are proven, and the place of the proof in it. */
  readonly header: string;
  readonly place: number;
  readonly rows: number;
}

const documents: readonly Proven[] = [
  { file: 'SECURITY.md', header: '| boundary | attempt | protection | proof |', place: 4, rows: 15 },
  { file: 'RELIABILITY.md', header: '| promise | proof | where it ends |', place: 2, rows: 15 },
];

test.for(documents)('every proof of $file is a file that there is, and every row has one', async (document) => {
  const text = await readFile(root + document.file, 'utf8');
  const rows = text.split(document.header).slice(1).flatMap(rowsOf);
  expect(rows.length).toBeGreaterThan(document.rows);
  for (const row of rows) {
    const proofs = [...(row.split('|')[document.place] ?? '').matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
    expect(proofs, row).not.toEqual([]);
    for (const path of proofs) expect(existsSync(root + path), path).toBe(true);
  }
});

/** Of the table whose header was before. */
const rowsOf = (rest: string): readonly string[] => rest.split('\n\n')[0]?.split('\n').slice(2) ?? [];
