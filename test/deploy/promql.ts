/** What an expression of PromQL asks for, as far as the names in it tell. */

/** Not metrics though they are written as bare words. */
const WORDS = new Set(
  ['and', 'or', 'unless', 'by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'offset', 'bool'].concat([
    'inf',
    'nan',
    'start',
    'end',
  ]),
);

/** Names of the metrics, without labels, functions and durations. */
export function metricsIn(expr: string): readonly string[] {
  const bare = expr
    .replace(/"(?:[^"\\]|\\.)*"/g, '')
    .replace(/\{[^}]*\}/g, ' ')
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
    .replace(/\boffset\s+\w+/g, ' ');
  const names = [...bare.matchAll(/[a-zA-Z_:][\w:]*(?!\s*\()(?![\w:])/g)].map(([name]) => name);
  return [...new Set(names.filter((name) => !WORDS.has(name.toLowerCase()) && !/^\d/.test(name)))];
}
