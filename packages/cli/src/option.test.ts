import { expect, test } from 'vitest';
import { list } from './list.ts';
import { oneOf } from './one-of.ts';
import { type Option, optionalInteger } from './option.ts';
import { bytes, duration, ratio } from './quantity.ts';

const description = 'what it is';
const options = {
  ratio: ratio({ description, fallback: '0.1%' }),
  bytes: bytes({ description, fallback: '64MB' }),
  'bytes within': bytes({ description, fallback: '5MB', within: ['100kB', '32MB'] }),
  duration: duration({ description, fallback: 'PT24H' }),
  list: list({ description }),
  'list of known': list({ description, known: ['counts', 'mapping', 'drift'] }),
  integer: optionalInteger({ description, min: 2 }),
  'one of': oneOf({ description, words: ['counts', 'drift'], fallback: 'drift' }),
} as const satisfies Record<string, Option<unknown>>;

test.each<[keyof typeof options, string, unknown]>([
  ['ratio', '0', 0],
  ['ratio', '1', 1],
  ['ratio', '0.05', 0.05],
  ['ratio', '5%', 0.05],
  ['ratio', '100 %', 1],
  ['bytes', '1048576', 1_048_576],
  ['bytes', '64MB', 64_000_000],
  ['bytes', '1MiB', 1_048_576],
  ['bytes', '1.5 gib', 1_610_612_736],
  ['bytes within', '100kB', 100_000],
  ['bytes within', '32MB', 32_000_000],
  ['duration', '30s', 30_000],
  ['duration', '24h', 86_400_000],
  ['duration', '1h30m', 5_400_000],
  ['duration', '250ms', 250],
  ['duration', '0', 0],
  ['duration', 'PT24H', 86_400_000],
  ['duration', 'P1DT0.5S', 86_400_500],
  ['duration', 'P2W', 1_209_600_000],
  ['list', 'a, b,a', ['a', 'b']],
  ['list', '["a,b"]', ['a,b']],
  ['list of known', 'drift', ['drift']],
  ['integer', '2', 2],
  ['one of', 'counts', 'counts'],
])('a %s "%s" is %j', (name, text, value) => {
  expect(options[name].parse(text)).toEqual(value);
});

test.each<[keyof typeof options, string, string]>([
  ['ratio', '1.1', '0 to 1'],
  ['ratio', '101%', '0 to 1'],
  ['ratio', '-0.1', '0 to 1'],
  ['ratio', '%', '0 to 1'],
  ['bytes', '64M', 'such as 64MB'],
  ['bytes', 'MB', 'such as 64MB'],
  ['bytes', '-1', 'such as 64MB'],
  ['bytes', '99999TB', 'such as 64MB'],
  ['bytes within', '99kB', 'a size from 100kB to 32MB'],
  ['bytes within', '1GB', 'a size from 100kB to 32MB'],
  ['bytes within', 'much', 'a size from 100kB to 32MB'],
  ['duration', '30', 'such as 30s'],
  ['duration', 'P', 'such as 30s'],
  ['duration', 'PT', 'such as 30s'],
  ['duration', 'P1M', 'such as 30s'],
  ['duration', '1h 30', 'such as 30s'],
  ['list', 'a,,b', 'not empty'],
  ['list', '[1]', 'JSON array of texts'],
  ['list', '["a"],b', 'JSON array of texts'],
  ['list of known', 'conts', '"conts" is none of counts, mapping, drift; did you mean "counts"?'],
  ['integer', '1', 'a whole number ≥ 2'],
  ['one of', 'count', 'expected counts, drift'],
])('a %s "%s" is refused: %s', (name, text, message) => {
  expect(() => options[name].parse(text)).toThrow(message);
});

test('a fallback is given and shown as people write it', () => {
  expect(Object.values(options).map(({ fallback }) => fallback)).toEqual([
    0.001,
    64_000_000,
    5_000_000,
    86_400_000,
    [],
    [],
    undefined,
    'drift',
  ]);
  expect(options.bytes.fallbackText).toBe('64MB');
});
