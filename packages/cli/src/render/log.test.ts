import { expect, test } from 'vitest';
import { manualClock } from '../clock.fixture.ts';
import type { CommandEvent } from '../event.ts';
import { log, silenceMs } from './log.ts';

function paper() {
  const written = { stdout: '', stderr: '', at: [0] };
  const clock = manualClock();
  const { say, close } = log(
    {
      stdout: { write: (text) => (written.stdout += text) },
      stderr: {
        write(text) {
          written.stderr += text;
          written.at.push(clock.now());
        },
      },
    },
    { color: false, clock },
  );
  const lines = () => written.stderr.split('\n').slice(0, -1);
  return { written, clock, say, close, lines };
}

const progress = (done: number): CommandEvent => ({
  kind: 'progress',
  stage: 'fill',
  done,
  total: 4_000,
  unit: 'rows',
});

test('stages at once, progress at first, every half minute, and at the end', () => {
  const { clock, say, lines } = paper();
  say({ kind: 'stage', stage: 'fill', detail: '2 parts' });
  for (let second = 0; second < 70; second++) {
    say(progress(second * 10));
    clock.advance(1_000);
  }
  say(progress(4_000));
  expect(lines()).toEqual([
    'fill: 2 parts',
    '  fill: 0 of 4,000 rows (0 %)',
    '  fill: 290 of 4,000 rows (7 %)',
    '  fill: 590 of 4,000 rows (14 %)',
    '  fill: 4,000 of 4,000 rows (100 %)',
  ]);
});

test('when nothing happens it says what it waits for and for how long', () => {
  const { clock, say, lines } = paper();
  say({ kind: 'stage', stage: 'seal' });
  clock.advance(65_000);
  say({ kind: 'stage', stage: 'fill' });
  say(progress(40));
  clock.advance(30_000);
  expect(lines()).toEqual([
    'seal',
    '  seal: still at it, nothing new for 30 s',
    '  seal: still at it, nothing new for 1 min',
    'fill',
    '  fill: 40 of 4,000 rows (1 %)',
    '  fill: 40 of 4,000 rows (1 %), nothing new for 30 s',
  ]);
});

test.each([
  { what: 'silent', eventEveryS: 3_600 },
  { what: 'busy', eventEveryS: 1 },
])('a $what run of twelve hours with a thousand warnings stays below 200 lines, never silent for too long', (run) => {
  const { written, clock, say, lines } = paper();
  for (const stage of ['check', 'build', 'catalogue', 'fill']) say({ kind: 'stage', stage });
  for (let warning = 0; warning < 1_000; warning++) say({ kind: 'warning', text: 'bad line' });
  for (let second = 0; second < 12 * 3_600; second++) {
    clock.advance(1_000);
    if (second % run.eventEveryS === 0) say(progress(Math.floor(second / 20)));
  }
  for (const stage of ['seal', 'gates', 'publish']) say({ kind: 'stage', stage });
  expect(lines().length).toBeLessThanOrEqual(200);
  expect(lines().filter((line) => line.includes('bad line'))).toHaveLength(30);
  const silences = written.at.slice(1).map((at, index) => ({ at, silence: at - (written.at[index] ?? 0) }));
  expect(silences.filter(({ at, silence }) => silence > silenceMs(at) + 1_000)).toEqual([]);
});

test('what waits for others is not told again and again, and all that goes wrong meanwhile is told', () => {
  const { clock, say, lines } = paper();
  for (let warning = 0; warning < 100; warning++) say({ kind: 'warning', text: 'before' });
  say({ kind: 'stage', stage: 'serving', idle: true });
  clock.advance(24 * 3_600_000);
  for (let warning = 0; warning < 100; warning++) say({ kind: 'warning', text: 'meanwhile' });
  say({ kind: 'stage', stage: 'load' });
  clock.advance(30_000);
  for (let warning = 0; warning < 100; warning++) say({ kind: 'warning', text: 'after' });
  const count = (word: string) => lines().filter((line) => line.includes(word)).length;
  expect([count('before'), count('still'), count('meanwhile'), count('after')]).toEqual([30, 1, 100, 30]);
});

test('no control character and no workflow command of others reaches the log', () => {
  const { written, say } = paper();
  say({ kind: 'warning', text: 'a\u001b[31mb\u0007\r\nnext\n::set-env name=x::y ##[error]z' });
  say({ kind: 'result', text: 'ok\u001b[0m', data: {} });
  expect(written.stderr).toBe('warning: ab\ufffd\nnext\n: :set-env name=x::y ## [error]z\n');
  expect(written.stdout).toBe('ok\n');
});

test('failed parts and overridden gates are told; a gate that refuses is named by the error', () => {
  const { say, lines } = paper();
  say({ kind: 'item', item: 'part', name: 'p1', state: 'begun' });
  say({ kind: 'item', item: 'part', name: 'p1', state: 'failed', failure: { code: 'CORRUPT', text: 'cut short' } });
  say({ kind: 'verdict', gate: 'counts', figure: '4', limit: '4', passed: true });
  say({ kind: 'verdict', gate: 'drift', figure: '12 %', limit: '5 %', passed: false, overriddenBy: '--accept drift' });
  say({ kind: 'verdict', gate: 'mapping', figure: 'none', limit: 'ok', passed: false });
  say({ kind: 'error', text: 'not published', exitCode: 4 });
  expect(lines()).toEqual([
    'warning: part p1 failed: cut short (CORRUPT)',
    'warning: gate drift: 12 %, expected 5 %; overridden by --accept drift',
    'error: not published',
  ]);
});
