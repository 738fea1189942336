/** SECURITY.md names its proofs: each is there. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

test('every proof of SECURITY.md is a file that there is, and every protection has one', async () => {
  const text = await readFile(`${root}SECURITY.md`, 'utf8');
  const [, table = ''] = text.split('| boundary | attempt | protection | proof |');
  const rows = table.split('\n\n')[0]?.split('\n').slice(2) ?? [];
  expect(rows.length).toBeGreaterThan(15);
  for (const row of rows) {
    const proofs = [...(row.split('|').at(-2) ?? '').matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
    expect(proofs, row).not.toEqual([]);
    for (const path of proofs) expect(existsSync(root + path), path).toBe(true);
  }
});
