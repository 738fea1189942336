import { describe, expect, test } from 'vitest';
import {
  badCustomerIds,
  badRunIds,
  badSegmentIds,
  goodCustomerIds,
  goodRunIds,
  goodSegmentIds,
} from './id.bad-input.cases.ts';
import {
  createRunId,
  FormatError,
  isCustomerId,
  isRunId,
  isSegmentId,
  parseCustomerId,
  parseRunId,
  parseSegmentId,
  runTime,
} from './id.ts';

const kinds = [
  {
    kind: 'customer',
    is: isCustomerId,
    parse: parseCustomerId,
    good: Object.values(goodCustomerIds),
    bad: badCustomerIds,
  },
  { kind: 'segment', is: isSegmentId, parse: parseSegmentId, good: goodSegmentIds, bad: badSegmentIds },
  { kind: 'run', is: isRunId, parse: parseRunId, good: goodRunIds, bad: badRunIds },
];

describe.each(kinds)('$kind id', ({ kind, is, parse, good, bad }) => {
  test.each(good)('takes %j as it is', (id) => {
    expect(is(id)).toBe(true);
    expect(parse(id)).toBe(id);
  });

  test.each(bad)('refuses $title', ({ id, names }) => {
    expect(is(id)).toBe(false);
    expect(() => parse(id)).toThrowError(
      expect.objectContaining({ name: 'FormatError', reason: 'bad-id', message: expect.stringContaining(names) }),
    );
    expect(() => parse(id)).toThrowError(`${kind} id`);
  });

  test.each([undefined, null, 7, ['c1'], { id: 'c1' }])('refuses %j, which is no text', (value) => {
    expect(is(value)).toBe(false);
  });
});

test('the customer id counts bytes as UTF-8 does', () => {
  const encoder = new TextEncoder();
  for (const character of ['x', 'é', '\u00a0', '\u07ff', '\u0800', '€', '\uffff', '🛒', '\u{10ffff}']) {
    const bytes = encoder.encode(character).length;
    const most = character.repeat(Math.floor(512 / bytes));
    expect([character, isCustomerId(most), isCustomerId(most + character)]).toEqual([character, true, false]);
  }
});

test('a message shows a long id shortened and never a control character', () => {
  const message = String(
    new FormatError(
      'bad-id',
      messageOf(() => parseCustomerId(`\u001b[2J${'x'.repeat(600)}\u009b`)),
    ),
  );
  expect(message.length).toBeLessThan(160);
  expect(message).not.toMatch(/\p{Cc}/u);
});

test('a run id carries the time of its calculation to the second', () => {
  const computedAt = new Date('2026-01-31T23:59:59.987Z');
  expect(createRunId(computedAt)).toBe('20260131t235959z');
  expect(createRunId(computedAt, 'retry')).toBe('20260131t235959z-retry');
  expect(runTime(createRunId(computedAt, 'retry'))).toEqual(new Date('2026-01-31T23:59:59Z'));
});

test.each(['20260230t000000z', '20261301t000000z', '20260101t240000z', '20260101t006000z', '00000000t000000z'])(
  'run id %s is no time of the calendar',
  (id) => {
    expect(() => runTime(parseRunId(id))).toThrowError(`"${id}" is no time of the calendar`);
  },
);

test('run ids sort by time', () => {
  const times = ['2026-01-31T23:59:59Z', '2025-12-31T00:00:00Z', '2026-02-01T00:00:00Z'].map((time) => new Date(time));
  const sorted = times.toSorted((a, b) => a.getTime() - b.getTime()).map((time) => createRunId(time));
  expect(times.map((time) => createRunId(time)).toSorted()).toEqual(sorted);
});

function messageOf(action: () => unknown): string {
  try {
    action();
    return '';
  } catch (error) {
    return String(error);
  }
}
