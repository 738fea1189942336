/** What a shadow refuses at construction, and what a message must name. */
import type { BadOptions } from '../bad-input.cases.ts';

const baseUrl = 'http://127.0.0.1:8080';

export const BAD_SHADOW_OPTIONS: readonly BadOptions[] = [
  { options: undefined, error: TypeError, names: ['withShadow', 'missing', 'baseUrl'] },
  { options: {}, error: TypeError, names: ['baseUrl', 'missing', 'https://'] },
  { options: { baseUrl, deadlineMs: 5 }, error: TypeError, names: ['"deadlineMs"', 'timeoutMs'] },
  { options: { baseUrl, shares: 0.1 }, error: TypeError, names: ['"shares"', 'did you mean share?'] },
  { options: { baseUrl, share: '1 %' }, error: TypeError, names: ['share', '"1 %"', 'at most 1'] },
  { options: { baseUrl, share: 0 }, error: RangeError, names: ['share', '0', 'above 0'] },
  { options: { baseUrl, share: 1.5 }, error: RangeError, names: ['share', '1.5', 'as in 0.01'] },
  { options: { baseUrl, share: Number.NaN }, error: RangeError, names: ['share', 'NaN', 'at most 1'] },
  { options: { baseUrl, maxPerSecond: 0 }, error: RangeError, names: ['maxPerSecond', '0', 'as in 50'] },
  { options: { baseUrl, timeoutMs: 1.5 }, error: RangeError, names: ['timeoutMs', '1.5', 'as in 1000'] },
  { options: { baseUrl, maxExamples: -1 }, error: RangeError, names: ['maxExamples', '-1', 'from 0'] },
  { options: { baseUrl, hashKey: '' }, error: TypeError, names: ['hashKey', '""', 'leave it out'] },
  { options: { baseUrl, hashKey: 7 }, error: TypeError, names: ['hashKey', 'number', 'secret'] },
];
