import type { CommandEvent } from '@segment-store/cli/event';
import { manualTime } from '@segment-store/resilience/manual-time';
import { nothing } from '@segment-store/store/outcomes';
import type { Rejection, Tally } from '@segment-store/store/store';
import { expect, test } from 'vitest';
import { finished, ledger } from './gates/outcomes.fixture.ts';
import { createStory } from './story.ts';

function tell() {
  const said: CommandEvent[] = [];
  const time = manualTime();
  return { said, time, story: createStory((event) => said.push(event), time) };
}

const none: Tally = { created: 0, replayed: 0, skipped: 0, memberships: 0, rejected: [] };
const rejection: Rejection = { part: 'members/p0', line: 2, offset: 45, reason: 'duplicate-customer' };
const [before, part] = [
  { key: 'members/p0', bytes: 1_000, rows: 100 },
  { key: 'members/p1', bytes: 1_800, rows: 900 },
];

test('progress is said at the first rows, then once a second, and at the last ones; bytes by the rows of each file', async () => {
  const { said, time, story } = tell();
  story.begin(ledger(finished(before), { part, state: 'waiting', outcomes: nothing }));
  story.stage('fill');
  for (const [ms, rows] of [
    [0, 100],
    [900, 100],
    [100, 100],
    [1, 600],
  ] as const) {
    await time.advance(ms);
    story.loaded(part, { ...none, created: rows - 1, replayed: 1 });
  }
  const progress = { kind: 'progress', stage: 'fill', total: 1000, unit: 'rows', rejected: {} };
  expect(said.slice(1)).toEqual([
    { ...progress, done: 200, bytes: { done: 1_200, total: 2_800 } },
    { ...progress, done: 400, bytes: { done: 1_600, total: 2_800 } },
    { ...progress, done: 1000, bytes: { done: 2_800, total: 2_800 } },
  ]);
  expect(story.summary()).toMatchObject({ rows: 900, replayed: 4, bytes: 1_800 });
});

test('rejected lines are in the progress, by reason, those of other jobs included', () => {
  const { said, story } = tell();
  story.begin(ledger(finished(before, { created: 99, rejected: { malformed: 1 } })));
  story.loaded(part, { ...none, rejected: [rejection, { ...rejection, reason: 'malformed' }] });
  expect(said).toMatchObject([{ rejected: { malformed: 2, 'duplicate-customer': 1 } }]);
});

test('a stage lasts until the next one begins, and again when it returns', async () => {
  const { time, story } = tell();
  for (const stage of ['build', 'fill', 'build']) {
    story.stage(stage);
    await time.advance(1500);
  }
  expect(story.summary().seconds).toEqual({ build: 3, fill: 1.5 });
});

test('the first twenty rejected lines are named, the others stand in the dead letters', () => {
  const { said, story } = tell();
  story.rejected({ ...rejection, line: 1, reason: 'malformed' });
  for (let index = 0; index < 50; index++) story.rejected(rejection);
  const texts = said.map((event) => ('text' in event ? event.text : ''));
  expect(texts[0]).toBe('members/p0 line 1, byte 45: rejected as malformed');
  expect(texts[1]).toBe('members/p0 line 2, byte 45: rejected as duplicate-customer');
  expect(texts.slice(19)).toEqual([texts[1], 'further rejected lines: `segment-ingest dead-letters <run-folder>`']);
});

test('parts and verdicts are said as they come', () => {
  const { said, story } = tell();
  story.part(part, 'begun');
  story.part(part, 'failed', {
    outcomes: { ...nothing, created: 7 },
    failure: { code: 'CORRUPT', message: 'no gzip' },
  });
  const verdict = { gate: 'drift', figure: '1', limit: '2', passed: false, overriddenBy: 'ann@desk' };
  story.judged(ledger(), [verdict]);
  const item = { kind: 'item', item: 'part', name: 'members/p1' };
  expect(said).toEqual([
    { ...item, state: 'begun', figures: { bytes: 1_800, rows: 900 } },
    { ...item, state: 'failed', figures: { bytes: 1_800, rows: 7 }, failure: { code: 'CORRUPT', text: 'no gzip' } },
    { kind: 'verdict', ...verdict },
  ]);
  expect(story.summary()).toMatchObject({ verdicts: [verdict], outcomes: ledger() });
});
