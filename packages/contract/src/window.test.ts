import { expect, test } from 'vitest';
import { isTimeZone, lastDays, parseDay, startOfDay } from './window.ts';

const HOUR = 3_600_000;

test.each([
  ['a plain day', '2026-01-31', 'UTC', '2026-01-31T00:00:00.000Z'],
  ['ahead of UTC', '2026-01-31', 'Asia/Tokyo', '2026-01-30T15:00:00.000Z'],
  ['behind UTC', '2026-01-31', 'America/New_York', '2026-01-31T05:00:00.000Z'],
  ['a zone of 45 minutes', '2026-01-31', 'Asia/Kathmandu', '2026-01-30T18:15:00.000Z'],
  ['an offset', '2026-01-31', '+05:30', '2026-01-30T18:30:00.000Z'],
  ['the day the clock goes forward', '2026-03-29', 'Europe/London', '2026-03-29T00:00:00.000Z'],
  ['the day after', '2026-03-30', 'Europe/London', '2026-03-29T23:00:00.000Z'],
  ['a midnight that is skipped', '2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
  ['a midnight shown twice', '2025-11-02', 'America/Havana', '2025-11-02T04:00:00.000Z'],
  ['the day after a day that never was', '2011-12-31', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
])('%s begins', (_, day, zone, instant) => {
  expect(startOfDay(parseDay(day), zone).toISOString()).toBe(instant);
});

test.each([
  ['a spring day', '2026-03-30', 'Europe/London', 23],
  ['an autumn day', '2026-10-26', 'Europe/London', 25],
  ['the same days in UTC', '2026-10-26', 'UTC', 24],
  ['half an hour of Lord Howe', '2026-10-05', 'Australia/Lord_Howe', 23.5],
  ['a day that never was', '2011-12-31', 'Pacific/Apia', 0],
])('%s has its own length', (_, day, zone, hours) => {
  const { from, to } = lastDays(1, parseDay(day), zone);
  expect((to.getTime() - from.getTime()) / HOUR).toBe(hours);
});

test('days are counted on the calendar, leap day and year end included', () => {
  expect(lastDays(1, parseDay('2024-03-01'), 'UTC').from).toEqual(new Date('2024-02-29T00:00:00Z'));
  expect(lastDays(1, parseDay('2026-03-01'), 'UTC').from).toEqual(new Date('2026-02-28T00:00:00Z'));
  expect(lastDays(90, parseDay('2011-12-10'), 'UTC').from).toEqual(new Date('2011-09-11T00:00:00Z'));
  expect(lastDays(10, parseDay('2026-01-05'), 'UTC').from).toEqual(new Date('2025-12-26T00:00:00Z'));
});

test('two windows in a row meet without a gap', () => {
  const [week, before] = [lastDays(7, parseDay('2026-04-01'), 'Europe/Berlin'), parseDay('2026-03-25')];
  expect(lastDays(7, before, 'Europe/Berlin').to).toEqual(week.from);
});

test.each([
  '',
  '2026-1-31',
  '2026-02-30',
  '2025-02-29',
  '2026-13-01',
  '31.01.2026',
  '2026-01-31T00:00:00Z',
  '1899-12-31',
])('day %j is refused', (text) => {
  expect(() => parseDay(text)).toThrowError(
    expect.objectContaining({ name: 'FormatError', message: expect.stringContaining(JSON.stringify(text)) }),
  );
});

test('a time zone is known or not', () => {
  expect(['UTC', 'Europe/London', '+01:00'].map(isTimeZone)).toEqual([true, true, true]);
  expect(['', 'Europe/Londn', 'local'].map(isTimeZone)).toEqual([false, false, false]);
});
