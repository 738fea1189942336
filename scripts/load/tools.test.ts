import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { byPhase, PLAN, readResults, toSchedule } from './jmeter.ts';
import { argumentsIn, readTable, toTargets } from './vegeta.ts';

const phases = [
  { name: 'lead-in', perSecond: 50, requests: 2, counts: false },
  { name: 'steady', perSecond: 300, requests: 3, counts: true },
];

test('a schedule of JMeter has steps and no slopes, time to begin and time to end', () => {
  expect(toSchedule(phases)).toBe(
    [
      'pause(2 s)',
      'rate(50/s) even_arrivals(0.050000 s) rate(50/s)',
      'rate(300/s) even_arrivals(0.011667 s) rate(300/s)',
      'pause(10 s)',
    ].join(' '),
  );
});

test('results of JMeter are read in the order of sending, whatever ended first', () => {
  const text = [
    'timeStamp,elapsed,label,responseCode',
    '1764000000020,35,usual,200',
    '1764000000000,60,abusive,429',
    '1764000000040,10000,usual,Non HTTP response code: java.net.SocketTimeoutException',
    '',
  ].join('\n');
  const samples = readResults(text);
  expect(samples).toEqual([
    { sentAtMs: 1764000000000, tookMs: 60, status: 429, caller: 'abusive' },
    { sentAtMs: 1764000000020, tookMs: 35, status: 200, caller: 'usual' },
    { sentAtMs: 1764000000040, tookMs: 10_000, status: 0, caller: 'usual' },
  ]);
  expect(byPhase(samples, phases).map(({ length }) => length)).toEqual([2, 1]);
});

test('a file that is no result of JMeter is refused with what it begins with', () => {
  expect(() => readResults('<testResults version="1.2">\n')).toThrow('begin with "<testResults');
});

test('vegeta sends as many as there are, and no one more', () => {
  expect(argumentsIn('/load', { name: 'steady', perSecond: 200, requests: 6_000, counts: true })).toEqual([
    ...['attack', '-format=http', '-lazy', '-targets=/load/targets.http', '-rate=200/1s', '-duration=29.997500s'],
    ...['-timeout=10s', '-max-body=0', '-redirects=-1', '-output=/load/results.bin'],
  ]);
});

test('targets of vegeta carry their key, and who asks where no server sees it', () => {
  const keys = { usual: 'k1', abusive: 'k2' };
  expect(toTargets([{ customer: 'a%2Fb', caller: 'abusive' }], { url: 'http://h', keys })).toBe(
    'GET http://h/v1/customers/a%2Fb/segments#abusive\nAuthorization: Bearer k2\n\n',
  );
});

test('results of vegeta are read to the nanosecond, errors with commas too, and what asked for nobody is left out', async () => {
  const url = 'http://h/v1/customers/c1/segments';
  const lines = [
    `1764000000020500000,200,1250000,0,0,,,,1,GET,${url}#usual,eyJh`,
    `1764000000000000000,0,10000000000,0,0,"Get ""${url}#usual"": EOF, reset",,,0,GET,${url}#abusive,`,
    '1764000000030000000,0,10,0,0,no targets to attack,,,2,,,',
  ];
  expect(await readTable(lines)).toEqual([
    { sentAtMs: 1764000000000, tookMs: 10_000, status: 0, caller: 'abusive' },
    { sentAtMs: 1764000000020.5, tookMs: 1.25, status: 200, caller: 'usual' },
  ]);
});

test('every property that the plan reads is on its page', async () => {
  const plan = await readFile(PLAN, 'utf8');
  const page = await readFile(join(PLAN, '../README.md'), 'utf8');
  const read = [...plan.matchAll(/__P\(([a-z]+)/g)].map(([, name]) => name);
  expect(new Set(read)).toEqual(new Set(['customers', 'schedule', 'rate', 'duration', 'target', 'key']));
  for (const name of read) expect(page).toMatch(new RegExp(`^\\|.*\`${name}[\`.]`, 'm'));
});
