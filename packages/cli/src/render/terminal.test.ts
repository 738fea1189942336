import { expect, test } from 'vitest';
import { manualClock } from '../clock.fixture.ts';
import type { CommandEvent } from '../event.ts';
import { terminal } from './terminal.ts';

function screen({ color = false, columns = 120 } = {}) {
  const written = { stdout: '', stderr: '' };
  const clock = manualClock();
  const streams = {
    stdout: { write: (text: string) => (written.stdout += text) },
    stderr: { write: (text: string) => (written.stderr += text), isTTY: true, columns },
  };
  return { written, clock, ...terminal(streams, { color, clock }) };
}

/** What a terminal would show of it: enough of its language for what we write. */
function shown(text: string): string[] {
  const rows: string[] = [];
  let row = 0;
  const tokens = text
    .replaceAll('\r\u001b[2K', '\0clear\0')
    .replaceAll('\u001b[1A', '\0up\0')
    .replaceAll('\n', '\0down\0');
  for (const token of tokens.split('\0')) {
    if (token === 'up') row--;
    else if (token === 'down') row++;
    else rows[row] = token === 'clear' ? '' : (rows[row] ?? '') + token;
  }
  return rows.map((line) => line ?? '').filter(Boolean);
}

const progress = (done: number, more: object = {}): CommandEvent => ({
  kind: 'progress',
  stage: 'fill',
  done,
  total: 4_000,
  unit: 'rows',
  ...more,
});

test('stage, bar, counts and details are one block that is drawn again', () => {
  const { written, clock, say } = screen();
  say({ kind: 'stage', stage: 'fill', detail: '2 parts' });
  say({ kind: 'item', item: 'part', name: 'p1', state: 'begun' });
  say(progress(0));
  clock.advance(900);
  say(
    progress(1_000, { perSecond: 1_100, etaMs: 3_000, bytes: { done: 1e6, total: 4e6 }, rejected: { malformed: 2 } }),
  );
  expect(shown(written.stderr)).toEqual([
    'fill: 2 parts',
    '  fill ██████░░░░░░░░░░░░░░░░░░ 25 % · 1,000 of 4,000 rows · 1 s',
    '  1,100 rows/s · 3 s left · 1.0 MB of 4.0 MB · 2 rejected · parts: 0 done, 1 under way',
  ]);
});

test('the block goes away for other text, and for the result', async () => {
  const { written, say, close } = screen();
  say({ kind: 'stage', stage: 'fill' });
  say(progress(4_000, { figures: { retries: 3 } }));
  say({ kind: 'warning', text: 'slow' });
  say({ kind: 'result', text: 'done', data: {} });
  await close();
  expect(shown(written.stderr)).toEqual(['fill', 'warning: slow']);
  expect(written.stdout).toBe('done\n');
});

test('it is drawn ten times a second at most, and once a second when nothing is said', () => {
  const { written, clock, say } = screen();
  say({ kind: 'stage', stage: 'fill' });
  for (let done = 0; done < 100; done++) say(progress(done));
  expect(shown(written.stderr)[1]).toContain('0 of 4,000 rows');
  clock.advance(65_000);
  expect(shown(written.stderr)[1]).toContain('99 of 4,000 rows · 1 min 5 s');
});

test('no line is wider than the terminal, or clearing it would leave rests', () => {
  const { written, say } = screen({ columns: 40 });
  say(progress(1_000, { figures: { inFlightBytes: 2e6, waitingLines: 1_000 }, perSecond: 1 }));
  expect(shown(written.stderr).map((line) => line.length)).toEqual([39, 39]);
});

test('a terminal that does not know its width has 80 columns', () => {
  const { written, say } = screen({ columns: 0 });
  say(progress(1_000, { figures: { inFlightBytes: 2e6, waitingLines: 1_000 }, perSecond: 1 }));
  expect(shown(written.stderr)[1]).toBe('  1 rows/s · 2.0 MB in flight · 1,000 waiting lines');
});

test('colour only where it may be', () => {
  const [plain, colored] = [screen(), screen({ color: true })];
  for (const { say } of [plain, colored]) say({ kind: 'warning', text: 'slow' });
  expect(plain.written.stderr).toBe('warning: slow\n');
  expect(colored.written.stderr).toBe('\u001b[33mwarning: slow\u001b[39m\n');
});
