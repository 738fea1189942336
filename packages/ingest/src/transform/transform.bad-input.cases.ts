/** Transforms: results that are refused and why, modules that cannot be used and what the message must name. */
import type { Reason } from '@segment-store/store/store';

export interface BadResult {
  readonly title: string;
  /** The body of a hook that is given a row of customer c2, between rows it takes as they are. */
  readonly body: string;
  readonly reason: Reason;
  readonly type?: string;
}

export const badResults: readonly BadResult[] = [
  { title: 'it throws', body: `throw new RangeError('c2 is secret')`, reason: 'transform', type: 'RangeError' },
  { title: 'it throws what is no error', body: `throw 'c2'`, reason: 'transform', type: 'string' },
  { title: 'its promise rejects', body: `return Promise.reject(new Error('c2'))`, reason: 'transform', type: 'Error' },
  { title: 'it returns nothing', body: '', reason: 'malformed' },
  { title: 'it returns a text', body: `return '{"customer_id":"c2","segment_ids":[]}'`, reason: 'malformed' },
  { title: 'it returns a list', body: `return ['c2']`, reason: 'malformed' },
  { title: 'no segments', body: `return { customer_id: 'c2' }`, reason: 'malformed' },
  { title: 'a numeric customer', body: `return { customer_id: 2, segment_ids: [] }`, reason: 'malformed' },
  { title: 'a BigInt', body: `return { customer_id: 2n, segment_ids: [] }`, reason: 'malformed' },
  { title: 'a segment twice', body: `return { customer_id: 'c2', segment_ids: ['a', 'a'] }`, reason: 'malformed' },
  { title: 'an empty customer', body: `return { customer_id: '', segment_ids: [] }`, reason: 'bad-id' },
  { title: 'half a surrogate pair', body: `return { customer_id: '\\ud800', segment_ids: [] }`, reason: 'bad-id' },
  { title: 'a bad segment', body: `return { customer_id: 'c2', segment_ids: ['a/b'] }`, reason: 'bad-id' },
  {
    title: 'a line of more than 8 MiB',
    body: `return { customer_id: 'c2', segment_ids: Array.from({ length: 900_000 }, (_, at) => 'segment' + at) }`,
    reason: 'too-large',
  },
];

export interface BadModule {
  readonly title: string;
  /** Undefined: there is no such file. */
  readonly source: string | undefined;
  readonly names: readonly string[];
}

export const badModules: readonly BadModule[] = [
  { title: 'not there', source: undefined, names: ['Cannot find module'] },
  { title: 'no default export', source: 'export const transform = (row) => row;', names: ['default export'] },
  { title: 'a default export that is no function', source: 'export default {};', names: ['default export'] },
  { title: 'throws at import', source: `throw new Error('no such table');`, names: ['no such table'] },
  { title: 'is no JavaScript', source: 'export default (row => row;', names: [] },
  {
    title: 'imports what is not there',
    source: `import './elsewhere.mjs'; export default (row) => row;`,
    names: ['elsewhere.mjs'],
  },
  { title: 'exits', source: 'process.exit(0);', names: ['exit code 0'] },
  {
    title: 'never ends to load',
    source: 'await new Promise(() => {}); export default (row) => row;',
    names: ['ended its thread'],
  },
];
