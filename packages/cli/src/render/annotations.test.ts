import { expect, test } from 'vitest';
import { annotations } from './annotations.ts';

function page() {
  let written = '';
  const renderer = annotations({ stderr: { write: (text) => (written += text) } }, 'segment-ingest load');
  return { ...renderer, lines: () => written.split('\n').slice(0, -1) };
}

test('warnings, errors, failed parts and what somebody overrode are annotated, escaped; a problem once', async () => {
  const { say, close, lines } = page();
  say({ kind: 'warning', text: '100 % full\n::error::x' });
  say({ kind: 'item', item: 'part', name: 'p1', state: 'failed', failure: { code: 'CORRUPT', text: 'cut short' } });
  say({ kind: 'verdict', gate: 'counts', figure: '4', limit: '4', passed: true });
  say({ kind: 'verdict', gate: 'drift', figure: '12', limit: '5', passed: false });
  say({ kind: 'verdict', gate: 'parts', figure: '2', limit: '1', passed: false, overriddenBy: 'ann@desk' });
  say({ kind: 'error', text: 'not published', exitCode: 4 });
  await close();
  expect(lines()).toEqual([
    '::warning title=segment-ingest load::100 %25 full%0A::error::x',
    '::warning title=segment-ingest load::part p1 failed: cut short (CORRUPT)',
    '::warning title=segment-ingest load::gate parts: 2, expected 1; overridden by ann@desk',
    '::error title=segment-ingest load::not published',
  ]);
});

test.each([
  { count: 8, lines: 8, last: 'w8' },
  { count: 9, lines: 9, last: 'w9' },
  { count: 10, lines: 9, last: '2 further warnings: see the summary and the log' },
  { count: 5_000, lines: 9, last: '4992 further warnings: see the summary and the log' },
])('of $count warnings $lines are annotated, the last one is "$last"', async ({ count, lines: expected, last }) => {
  const { say, close, lines } = page();
  for (let index = 1; index <= count; index++) say({ kind: 'warning', text: `w${index}` });
  await close();
  expect(lines()).toHaveLength(expected);
  expect(lines().at(-1)).toBe(`::warning title=segment-ingest load::${last}`);
});
