/** Ids: what is one, what is none, and what the message must name. */
export interface BadId {
  readonly title: string;
  readonly id: string;
  readonly names: string;
}

export const goodCustomerIds: Readonly<Record<string, string>> = {
  'one byte': 'c',
  'three dots': '...',
  'a dot and a letter': '.a',
  'characters that JSON escapes': 'a"b\\c',
  'characters that URLs escape': 'a/b?c#d%2e e+f',
  'an e-mail address': 'ann@example.org',
  '512 bytes of ASCII': 'x'.repeat(512),
  '512 bytes of three-byte characters and two more': `${'€'.repeat(170)}xx`,
  'four-byte characters': '🛒'.repeat(128),
  'the first character after C1': '\u00a0',
  'a decomposed character, never normalised': 'e\u0301',
  'line separators of Unicode': 'a\u2028b\u2029',
  'a byte order mark inside': 'a\ufeff',
  'a byte order mark first': '\ufeffa',
  'nothing but a byte order mark': '\ufeff',
};

export const badCustomerIds: readonly BadId[] = [
  { title: 'empty', id: '', names: 'is empty' },
  { title: 'a dot', id: '.', names: 'dot segment' },
  { title: 'two dots', id: '..', names: 'dot segment' },
  { title: '513 bytes of ASCII', id: 'x'.repeat(513), names: '512 bytes' },
  { title: '513 bytes in 171 characters', id: '€'.repeat(171), names: '512 bytes' },
  { title: '516 bytes in surrogate pairs', id: '🛒'.repeat(129), names: '512 bytes' },
  { title: 'a line break', id: 'a\nb', names: 'control character' },
  { title: 'NUL', id: '\u0000', names: '\\u0000' },
  { title: 'the last of C0', id: 'a\u001f', names: 'control character' },
  { title: 'DEL', id: 'a\u007f', names: '\\u007f' },
  { title: 'the first of C1', id: 'a\u0080', names: '\\u0080' },
  { title: 'the last of C1', id: 'a\u009f', names: 'control character' },
  { title: 'a high surrogate alone', id: 'a\ud83d', names: 'half of a surrogate pair' },
  { title: 'a low surrogate alone', id: '\udc00a', names: 'half of a surrogate pair' },
  { title: 'a pair the wrong way round', id: '\udc00\ud83d', names: 'half of a surrogate pair' },
  { title: 'two low surrogates', id: '\udc00\udc01', names: 'half of a surrogate pair' },
];

export const goodSegmentIds: readonly string[] = [
  'a',
  '0',
  'new-customers:store:123',
  'a~2F',
  'A._:~-',
  `a${'b'.repeat(127)}`,
];

export const badSegmentIds: readonly BadId[] = [
  { title: 'empty', id: '', names: '""' },
  { title: 'a colon first', id: ':a', names: '":a"' },
  { title: 'a slash', id: 'a/b', names: '"a/b"' },
  { title: 'a space', id: 'a b', names: '"a b"' },
  { title: 'a comma', id: 'a,b', names: '"a,b"' },
  { title: 'a letter that is not ASCII', id: 'café', names: 'café' },
  { title: '129 bytes', id: 'a'.repeat(129), names: '127' },
  { title: 'a line break at the end', id: 'a\n', names: '"a\\n"' },
];

export const goodRunIds: readonly string[] = [
  '20260131t235959z',
  '20260131t235959z-retry',
  `20260131t235959z-${'a'.repeat(24)}`,
];

export const badRunIds: readonly BadId[] = [
  { title: 'empty', id: '', names: '""' },
  { title: 'capitals', id: '20260131T235959Z', names: '20260131t235959z' },
  { title: 'an ISO instant', id: '2026-01-31T23:59:59Z', names: '2026-01-31' },
  { title: 'no zone', id: '20260131t235959', names: '20260131t235959' },
  { title: 'an empty suffix', id: '20260131t235959z-', names: 'suffix' },
  { title: 'a suffix of 25', id: `20260131t235959z-${'a'.repeat(25)}`, names: 'suffix' },
  { title: 'a path', id: '20260131t235959z-../x', names: 'suffix' },
  { title: 'a line break at the end', id: '20260131t235959z\n', names: '\\n' },
];
