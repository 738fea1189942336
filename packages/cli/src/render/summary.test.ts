import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { manualClock } from '../clock.fixture.ts';
import { load } from '../event.fixture.ts';
import { summary } from './summary.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'summary-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function page(file = join(folder, 'summary.md')) {
  const troubles: string[] = [];
  const clock = manualClock();
  const log = 'https://github.com/o/r/actions/runs/1';
  const onTrouble = (text: string) => troubles.push(text);
  return { file, clock, troubles, ...summary({ file, title: 'segment-ingest load', log, clock, onTrouble }) };
}

test('the result stands first, then figures, gates, what was rejected, what failed', async () => {
  const { file, clock, say, close } = page();
  for (const event of load) say(event);
  clock.advance(125_000);
  await close();
  expect(readFileSync(file, 'utf8')).toBe(`## ✅ segment-ingest load · 2 min 5 s

\`\`\`
run 20260131t040000z is live, epoch 7
\`\`\`

fill: 1,234,567 of 4,000,000 rows (30 %), 70,500 rows/s, 39 s left, 98.8 MB of 320.0 MB, 9 rejected, 3 retries, 4.0 MB in flight

| gate | figure | expected | verdict |
| --- | --- | --- | --- |
| customers | 3999991 | 4000000 | passed |
| drift | 12 % | 5 % | overridden by --accept drift |

| rejected as | rows |
| --- | --- |
| malformed | 7 |
| duplicate-customer | 2 |

### Failed: 1

- part members/p1 failed: cut short (CORRUPT)

### Warnings: 1

- members/p1 line 17: rejected as malformed

`);
});

test('a refusal stands first, with its exit code; text of others is no Markdown, HTML or control sequence', async () => {
  const { file, say, close } = page();
  say({ kind: 'warning', text: '<img src=x> | **b** [l](u) \u001b[31m`c`\nnext' });
  say({ kind: 'error', text: '``` not published', exitCode: 4 });
  await close();
  const text = readFileSync(file, 'utf8');
  expect(text).toContain('## ❌ segment-ingest load · 0 s, exit code 4\n\n````\n``` not published\n````\n');
  expect(text).toContain('- &lt;img src=x> \\| \\*\\*b\\*\\* \\[l\\](u) \\`c\\` next\n');
});

test('whatever happened, the file stays below 900 kB and says what is cut', async () => {
  const { file, say, close } = page();
  for (let index = 0; index < 5_000; index++) say({ kind: 'warning', text: `${index} ${'ü'.repeat(2_000)}` });
  say({ kind: 'result', text: 'done', data: {} });
  await close();
  expect(statSync(file).size).toBeLessThanOrEqual(900_000);
  expect(readFileSync(file, 'utf8')).toContain(
    '… cut: a summary may hold 900 kB. The rest: https://github.com/o/r/actions/runs/1\n',
  );
  const second = page(file);
  second.say({ kind: 'result', text: 'done', data: {} });
  await second.close();
  expect(statSync(file).size).toBeLessThanOrEqual(901_000);
});

test('a summary that cannot be written is told and harms nobody', async () => {
  writeFileSync(join(folder, 'plain'), '');
  const { troubles, close } = page(join(folder, 'plain', 'summary.md'));
  await close();
  expect(troubles).toEqual([expect.stringContaining('GITHUB_STEP_SUMMARY')]);
});
