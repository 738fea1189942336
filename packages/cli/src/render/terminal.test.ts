import { expect, test } from 'vitest';
import type { CommandEvent } from '../event.ts';
import { terminal } from './terminal.ts';

function screen(isTTY: boolean) {
  const written = { stdout: '', stderr: '', now: 0 };
  const say = terminal(
    {
      stdout: { write: (text) => (written.stdout += text) },
      stderr: { write: (text) => (written.stderr += text), isTTY },
    },
    () => written.now,
  );
  return { written, say };
}

const progress = (done: number): CommandEvent => ({
  kind: 'progress',
  stage: 'load',
  done,
  total: 4_000,
  unit: 'rows',
});

test('a log gets a progress line every ten seconds and no control characters', () => {
  const { written, say } = screen(false);
  say({ kind: 'stage', stage: 'loading', detail: '2 parts' });
  for (const second of [0, 1, 9, 10, 11]) {
    written.now = second * 1_000;
    say(progress(second * 100));
  }
  expect(written.stderr).toBe('loading: 2 parts\n  load: 0 of 4,000 rows (0 %)\n  load: 1,000 of 4,000 rows (25 %)\n');
});

test('a terminal redraws one line and clears it before other text', () => {
  const { written, say } = screen(true);
  say(progress(0));
  written.now = 200;
  say(progress(4_000));
  say({ kind: 'warning', text: 'slow' });
  say({ kind: 'result', text: 'done', data: {} });
  expect(written.stderr.split('\r\u001b[2K')).toEqual([
    '',
    '  load: 0 of 4,000 rows (0 %)',
    '  load: 4,000 of 4,000 rows (100 %)',
    'warning: slow\n',
  ]);
  expect(written.stdout).toBe('done\n');
});
