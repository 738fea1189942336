/** What a person may do wrong with keys: the command, the file it finds, what the message must name. */

export interface BadKeys {
  readonly title: string;
  readonly command: 'create' | 'revoke' | 'list';
  readonly args?: readonly string[];
  readonly flags?: Readonly<Record<string, string>>;
  /** In place of a file with one key, `c0ffee0001` of checkout; null: there is none. */
  readonly file?: unknown;
  readonly exitCode?: number;
  readonly names: readonly string[];
}

const create = (title: string, given: Partial<BadKeys>, ...names: readonly string[]): BadKeys => ({
  title,
  command: 'create',
  args: ['checkout'],
  names,
  ...given,
});

export const KEY: Readonly<Record<string, unknown>> = {
  id: 'c0ffee0001',
  name: 'checkout',
  sha256: 'ab'.repeat(32),
  scopes: ['read'],
  class: 'normal',
  createdAt: '2026-01-01T00:00:00.000Z',
  expiresAt: '2099-01-01T00:00:00.000Z',
};

const file = (...keys: readonly unknown[]) => ({ schema: 'segment-store/keys/1', keys });
const inFile = (title: string, content: unknown, ...names: readonly string[]): BadKeys => ({
  title,
  command: 'list',
  file: content,
  names: ['{keys}', ...names],
});
const field = (title: string, change: object, ...names: readonly string[]): BadKeys =>
  inFile(title, file({ ...KEY, ...change }), ...names);

export const badKeys: readonly BadKeys[] = [
  create('a name with a capital', { args: ['Checkout'] }, '<name>', '"Checkout"', 'a to z'),
  create('an empty name', { args: [''] }, '<name>', '""'),
  create('a name of 49 letters', { args: ['x'.repeat(49)] }, 'at most 48'),
  create('an unknown scope', { flags: { scopes: 'read,write' } }, '--scopes', '"write"', 'read:members'),
  create('an unknown class', { flags: { class: 'vip' } }, '--class', '"vip"', 'best-effort'),
  create('a rate of 0', { flags: { rate: '0' } }, '--rate', 'from 1 to 1000000'),
  create('no day', { flags: { days: '0' } }, '--days', '3650'),
  create('an environment with _', { flags: { environment: 'pre_live' } }, '--environment', '"pre_live"'),
  create(
    'a third active key of a name',
    { file: file(KEY, { ...KEY, id: 'c0ffee0002' }) },
    ...['checkout', 'two active keys', 'c0ffee0001', 'c0ffee0002', 'revoke'],
  ),
  create('a file that is broken', { file: '{' }, '{keys}', 'not JSON'),
  create(
    'a file in a directory that is not there',
    { flags: { keys: '{dir}/none/keys.json' } },
    '{dir}/none/keys.json',
  ),
  { title: 'an unknown id', command: 'revoke', args: ['deadbeef00'], names: ['{keys}', 'keys list'] },
  { title: 'the key in place of its id', command: 'revoke', args: ['seg_live_x'], names: ['third part'] },
  {
    title: 'revoke without a file',
    command: 'revoke',
    args: ['c0ffee0001'],
    file: null,
    names: ['{keys}', 'keys create'],
  },
  { title: 'list without a file', command: 'list', file: null, names: ['{keys}', 'no such file'] },
  { title: 'a directory for a file', command: 'list', flags: { keys: '{dir}' }, names: ['{dir}', 'directory'] },
  inFile('a file of another kind', [], 'object'),
  inFile('another schema', { schema: 'segment-store/run/1', keys: [] }, 'schema', 'segment-store/keys/1'),
  inFile('no list', { schema: 'segment-store/keys/1' }, 'keys', 'list'),
  inFile('two keys of one id', file(KEY, KEY), 'two keys of one id'),
  inFile('a key that is no object', file(7), 'keys[0]', 'object'),
  field('an unknown field', { scope: 'read' }, 'keys[0].scope', 'did you mean scopes'),
  field('a short id', { id: 'abc' }, 'keys[0].id', '"abc"'),
  field('no hash', { sha256: undefined }, 'keys[0].sha256', '64 hex'),
  field('no scopes', { scopes: [] }, 'keys[0].scopes', 'read:members'),
  field('a scope twice', { scopes: ['read', 'read'] }, 'keys[0].scopes', 'each once'),
  field('an unknown scope in the file', { scopes: ['write'] }, 'keys[0].scopes', 'write'),
  field('an unknown class in the file', { class: 'vip' }, 'keys[0].class', 'critical'),
  field('a rate that is no number', { rate: '5' }, 'keys[0].rate'),
  field('a rate of 0 in the file', { rate: 0 }, 'keys[0].rate', '1 to 1000000'),
  field('a day that is none', { expiresAt: '2026-02-30T00:00:00Z' }, 'keys[0].expiresAt', '2026-02-30'),
];
