const MAX_SHOWN = 60;
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029]/g;

/** A value as an error message may show it: JSON, shortened, nothing in it that a terminal would obey. */
export function quote(value: unknown): string {
  if (value === undefined) return 'missing';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? typeof value);
  const short = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
  const shown = typeof value === 'string' ? JSON.stringify(short) : short;
  return shown.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
