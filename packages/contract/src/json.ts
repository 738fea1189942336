/** JSON as our formats want it: what `JSON.parse` hides is refused. */
import { FormatError } from './id.ts';
import { quote } from './quote.ts';

/**
 * UTF-8, no byte order mark, no key repeated in an object at any depth. `what` opens the message.
 * @throws FormatError `malformed`
 */
export function parseJson(source: Uint8Array | string, what: string): unknown {
  const text = typeof source === 'string' ? source : decode(source, what);
  const value = parse(text, what);
  const repeated = repeatedKey(text);
  if (repeated !== undefined) throw new FormatError('malformed', `${what} repeats the key ${quote(repeated)}`);
  return value;
}

function decode(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError('malformed', `${what} is not UTF-8`);
  }
}

function parse(text: string, what: string): unknown {
  if (text.startsWith('\ufeff')) throw new FormatError('malformed', `${what} starts with a byte order mark, remove it`);
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, and with it customer ids.
    throw new FormatError('malformed', `${what} is not JSON`);
  }
}

/** Expects valid JSON, where a string before a colon is a key. */
function repeatedKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = stringEnd(text, at);
      const key = keyIn(text, at, end);
      const keys = open.at(-1);
      if (key !== undefined && keys?.has(key)) return key;
      if (key !== undefined) keys?.add(key);
      at = end - 1;
    }
  }
  return undefined;
}

/** The index after the closing quote of the string that opens at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function keyIn(text: string, start: number, end: number): string | undefined {
  let next = end;
  while (text[next] === ' ' || text[next] === '\t' || text[next] === '\n' || text[next] === '\r') next++;
  return text[next] === ':' ? String(JSON.parse(text.slice(start, end))) : undefined;
}
