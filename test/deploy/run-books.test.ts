/** A page for each alert, and nothing on it that does not exist: whoever reads it was asleep a minute ago. */
import { onPath } from '@segment-store/services/tool';
import { expect, test } from 'vitest';
import { DRILLS } from '../drills/drills.ts';
import { allAlerts } from './alerts.ts';
import { ownCommandsIn, wrongFlags } from './own-commands.ts';
import { readDocument, readReadme, readRunBooks } from './run-books.ts';

const SECTIONS = ['Meaning', 'Impact', 'Diagnosis', 'Mitigation', 'Escalation', 'Last drill'];
const KINDS =
  /^(promql|sh|sh drill|sh kubernetes|sh kubernetes part=(server-[12]|elasticsearch-[12]|redis|ingestion|calculations|sqs-exporter))$/;
const alerts = await allAlerts();
const books = await readRunBooks();

test('every alert has a page, every page an alert', () => {
  expect(books.map(({ name }) => name).sort()).toEqual([...new Set(alerts.map(({ alert }) => alert))].sort());
});

test.each(books.map((book) => [book.name, book] as const))(
  '%s says all that it must',
  (name, { text, sections, fences }) => {
    expect(text.startsWith(`# ${name}\n`)).toBe(true);
    expect(sections).toEqual(SECTIONS);
    for (const { kind } of fences) expect(kind).toMatch(KINDS);
    const kinds = (section: string) => fences.filter((one) => one.section === section).map(({ kind }) => kind);
    expect(kinds('Diagnosis')).toContain('promql');
    expect(kinds('Mitigation').some((kind) => kind === 'sh drill' || kind.startsWith('sh kubernetes'))).toBe(true);
    expect(kinds('Diagnosis').filter((kind) => kind === 'sh drill')).toEqual([]);
    for (const [named] of text.matchAll(/\bSegment[A-Z]\w+/g))
      expect(alerts.map(({ alert }) => alert)).toContain(named);
  },
);

test('commands of ours have only flags that they have', async () => {
  const commands = books.flatMap(({ text }) => ownCommandsIn(text));
  expect(await wrongFlags(commands)).toEqual([]);
  expect(new Set(commands.map(({ program, command }) => `${program} ${command}`)).size).toBeGreaterThan(10);
});

test('no paste rolls back and ends the hold of that: the next bad run would publish itself', async () => {
  const plan = await readDocument('launch-plan');
  const fences = [...books, plan].flatMap(({ name, fences: own }) => own.map(({ text }) => ({ name, text })));
  const both = fences.filter(({ text }) => /\brollback\b/.test(text) && /\bunhold\b/.test(text));
  expect(both.map(({ name }) => name)).toEqual([]);
  expect(fences.filter(({ text }) => text.includes('segment-ingest rollback')).length).toBeGreaterThan(8);
});

test('variables are those that the README explains, other programs those that people have', async () => {
  const shell = books.flatMap(({ fences }) =>
    fences.filter(({ kind }) => kind.startsWith('sh')).map(({ text }) => text),
  );
  const explained = await readReadme();
  const variables = new Set(shell.flatMap((text) => [...text.matchAll(/\$([A-Z_]+)/g)].map(([, name]) => name ?? '')));
  expect([...variables].filter((name) => !explained.includes(`\`${name}\``))).toEqual([]);
  const programs = new Set(shell.flatMap((text) => text.split('\n')).map((line) => line.split(' ')[0]));
  expect([...programs].sort()).toEqual(['aws', 'curl', 'kubectl', 'redis-cli', 'segment-ingest', 'segment-server']);
  expect(onPath('curl')).toBeDefined();
});

test('every page has a drill, and one only', () => {
  expect(DRILLS.flatMap(({ walks }) => Object.keys(walks)).sort()).toEqual(books.map(({ name }) => name).sort());
});
