/** What the README shows is what the code takes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDefinitions } from '@segment-store/contract/definition';
import { expect, test } from 'vitest';
import { producer } from './producer.ts';

const read = (file: string) => readFile(join(import.meta.dirname, '..', file), 'utf8');

test('the definitions and leaves of the README are read', async () => {
  const readme = await read('README.md');
  const [, file = ''] = /```json\n([\s\S]*?)```/.exec(readme) ?? [];
  const [shown] = parseDefinitions(file);
  expect(shown).toMatchObject({ key: 'recurrent-customers', when: { leaf: 'orderCount', atLeast: 2, withinDays: 90 } });

  const leaves = Array.from(readme.matchAll(/^\| `(\{.*\})` *\|/gm), ([, leaf = '']) => leaf.replace(/\b[nd]\b/g, '7'));
  const variants = leaves.map((leaf) => file.replace(/"when": .*,/, () => `"when": ${leaf},`));
  const parsed = variants.flatMap((text) => parseDefinitions(text).map(({ when }) => when.leaf));
  expect(parsed).toEqual(['orderCount', 'firstOrder', 'lastOrder']);
});

test('the complement of the README is read, beside the definition that it is of', async () => {
  const [file = '', complement = ''] = Array.from(
    (await read('README.md')).matchAll(/```json\n([\s\S]*?)```/g),
    ([, json]) => json,
  );
  const text = file.replace('"definitions": [', () => `"definitions": [${complement},`);
  expect(parseDefinitions(text).map(({ when }) => when.leaf)).toEqual(['complement', 'orderCount']);
});

test('runs name the version of this package', async () => {
  const { version } = JSON.parse(await read('package.json'));
  expect(producer.version).toBe(version);
});
