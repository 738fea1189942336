import { expect, test } from 'vitest';
import { manualClock } from './clock.fixture.ts';
import type { CommandEvent } from './event.ts';
import { heartbeat } from './heartbeat.ts';

test('every half minute of silence is told, until something is said, and never after the end', async () => {
  const heard: CommandEvent[] = [];
  const clock = manualClock();
  const { say, close } = heartbeat({ say: (event) => heard.push(event), close: async () => {} }, clock);
  say({ kind: 'stage', stage: 'seal' });
  clock.advance(65_000);
  say({ kind: 'note', text: 'sealed' });
  clock.advance(29_000);
  expect(heard.slice(1)).toEqual([
    { kind: 'waiting', stage: 'seal', silentMs: 30_000 },
    { kind: 'waiting', stage: 'seal', silentMs: 60_000 },
    { kind: 'note', text: 'sealed' },
  ]);
  await close();
  clock.advance(60_000);
  expect(heard).toHaveLength(4);
});

test.each<CommandEvent>([
  { kind: 'stage', stage: 'serving', idle: true },
  { kind: 'result', text: 'done', data: {} },
])('after %j silence is no news', (event) => {
  const heard: CommandEvent[] = [];
  const clock = manualClock();
  const { say } = heartbeat({ say: (one) => heard.push(one), close: async () => {} }, clock);
  say(event);
  clock.advance(3_600_000);
  expect(heard).toEqual([event]);
});
