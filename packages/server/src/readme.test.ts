/** The flags that the README shows are those there are. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { options } from './config.ts';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const [, table = ''] = /^## Options\n(.*?)^## /ms.exec(readme) ?? [];
const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

test('every flag stands in the table, and no other', () => {
  const shown = [...table.matchAll(/^\| (`--.*?) \|/gm)].flatMap(([, cell = '']) => cell.match(/--[\w-]+/g) ?? []);
  expect(shown.sort()).toEqual(
    Object.keys(options)
      .map((name) => `--${kebab(name)}`)
      .sort(),
  );
});

test.each(Object.entries(options).filter(([, { fallback, required }]) => fallback !== undefined && !required))(
  'the default of %s is the one in the table',
  (name, { fallback, fallbackText }) => {
    const [, shown] = new RegExp(`^\\| \`--${kebab(name)} .*?\\| \`(.*?)\``, 'm').exec(table) ?? [];
    expect(shown).toBe(fallbackText ?? `${fallback}`);
  },
);
