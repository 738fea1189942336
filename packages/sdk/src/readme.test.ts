import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BY_TYPE, MEANINGS } from './errors.ts';
import { FAULTS } from './faults/faults.cases.ts';
import { NAMES, NUMBERS } from './options.ts';

const readme = readFileSync(`${import.meta.dirname}/../README.md`, 'utf8');

/** The cells of the rows of the table whose header starts with `title`. */
function table(title: string): readonly (readonly string[])[] {
  const [, rows = ''] = readme.split(new RegExp(`^\\| ${title} \\|.*\\n\\|[-|]+\\|\\n`, 'm'));
  const [body = ''] = rows.split('\n\n');
  return body.split('\n').map((row) => row.slice(2, -2).split(' | '));
}

test('the README has a row for every option, with its default', () => {
  const rows = table('option');
  expect(rows.map(([name]) => name?.replaceAll('`', ''))).toEqual(expect.arrayContaining([...NAMES]));
  expect(rows).toHaveLength(NAMES.length);
  for (const [name, { default: value }] of Object.entries(NUMBERS)) {
    const shown = name === 'maxBytes' ? '32 MiB' : value.toLocaleString('en');
    expect(rows.find(([cell]) => cell === `\`${name}\``)?.[1]).toBe(shown);
  }
});

test('the README has a row for every error code', () => {
  expect(table('code').map(([code]) => code?.replaceAll('`', ''))).toEqual(Object.keys(MEANINGS));
});

test('FAULTS.md has the figures of every fault, of 10,000 reads at least', () => {
  const page = readFileSync(`${import.meta.dirname}/../FAULTS.md`, 'utf8');
  const rows = page.matchAll(/^\| (.+?) \| (\d+) \| [\d.]+ \| [\d.]+ \| [\d.]+ \| .+ % \| [\d.]+ \|/gm);
  const calls = new Map([...rows].map(([, says = '', count]) => [says, Number(count)]));
  expect([...calls.keys()]).toEqual(FAULTS.map(({ says }) => says));
  expect(Math.min(...calls.values())).toBeGreaterThanOrEqual(10_000);
});

test('every problem of the HTTP contract has a code; the rest are requests this client does not make', () => {
  const contract = readFileSync(`${import.meta.dirname}/../../../openapi.yaml`, 'utf8');
  const problems = [...contract.matchAll(/- urn:segment-store:error:([a-z-]+)/g)].map(([, name]) => name);
  expect(problems.length).toBeGreaterThan(5);
  expect([...Object.keys(BY_TYPE), 'invalid-request', 'conflict']).toEqual(expect.arrayContaining(problems));
});
