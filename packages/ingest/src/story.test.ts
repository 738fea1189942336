import type { CommandEvent } from '@segment-store/cli/event';
import { manualTime } from '@segment-store/resilience/manual-time';
import type { Rejection, Tally } from '@segment-store/store/store';
import { expect, test } from 'vitest';
import { createStory } from './story.ts';

function tell() {
  const said: CommandEvent[] = [];
  const time = manualTime();
  return { said, time, story: createStory((event) => said.push(event), time) };
}

const none: Tally = { created: 0, replayed: 0, skipped: 0, memberships: 0, rejected: [] };
const rejection: Rejection = { part: 'members/p0', line: 2, offset: 45, reason: 'duplicate-customer' };

test('progress is said at the first rows, then once a second, and at the last ones', async () => {
  const { said, time, story } = tell();
  story.rows(100, 1000);
  story.stage('fill');
  for (const [ms, rows] of [
    [0, 100],
    [900, 100],
    [100, 100],
    [1, 600],
  ] as const) {
    await time.advance(ms);
    story.loaded({ ...none, created: rows - 1, replayed: 1 });
  }
  const progress = { kind: 'progress', stage: 'fill', total: 1000, unit: 'rows' };
  expect(said.slice(1)).toEqual([200, 400, 1000].map((done) => ({ ...progress, done })));
  expect(story.summary()).toMatchObject({ rows: 900, replayed: 4 });
});

test('a stage lasts until the next one begins, and again when it returns', async () => {
  const { time, story } = tell();
  for (const stage of ['build', 'fill', 'build']) {
    story.stage(stage);
    await time.advance(1500);
  }
  expect(story.summary().seconds).toEqual({ build: 3, fill: 1.5 });
});

test('the first twenty rejected lines are named, the others counted', () => {
  const { said, story } = tell();
  story.rejected({ ...rejection, line: 1, reason: 'malformed' });
  for (let index = 0; index < 50; index++) story.rejected(rejection);
  const texts = said.map((event) => ('text' in event ? event.text : ''));
  expect(texts[0]).toBe('members/p0 line 1, byte 45: rejected as malformed');
  expect(texts[1]).toBe('members/p0 line 2, byte 45: rejected as duplicate-customer');
  expect(texts.slice(19)).toEqual([texts[1], 'further rejected lines are counted only']);
});
