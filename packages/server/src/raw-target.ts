/**
 * The request target as it was sent. URL parsers take dot segments away, turn `\` into `/` and repair broken bytes:
 * `/v1/customers/%2e%2e/segments` would arrive at the routes as `/v1/segments`.
 */
import { invalidId, invalidRequest, type ProblemError } from './errors.ts';

/** Most targets, told in one look: no query, nothing encoded, no part that begins with a dot. */
const PLAIN = /^(?:\/[\w~:-][\w~:.-]*)+$/;
const REWRITTEN_BY_URL_PARSERS = /[^\u0021-\u007e]|[\\#]/;
const CONTROL = /\p{Cc}/u;

/** What is wrong with the target, or undefined. */
export function checkTarget(target: string): ProblemError | undefined {
  if (PLAIN.test(target)) return undefined;
  if (!target.startsWith('/')) return invalidRequest('the request target must be a path, as in GET /v1/segments');
  if (REWRITTEN_BY_URL_PARSERS.test(target)) {
    return invalidId('the request target holds a \\, a # or a byte outside of ASCII: percent-encode it');
  }
  const [path = '', query = ''] = split(target);
  if (decoded(query) === undefined) return invalidRequest('the query holds a % that starts no percent-encoded UTF-8');
  return path === '/' ? undefined : checkPath(path);
}

function split(target: string): readonly [string, string?] {
  const at = target.indexOf('?');
  return at === -1 ? [target] : [target.slice(0, at), target.slice(at + 1)];
}

function checkPath(path: string): ProblemError | undefined {
  for (const segment of path.slice(1).split('/')) {
    const text = decoded(segment);
    if (text === undefined) return invalidId('the path holds a % that starts no percent-encoded UTF-8');
    if (text === '') return invalidId('the path holds an empty segment, and no id is empty');
    if (text === '.' || text === '..') return invalidId(`the path holds the dot segment "${text}", which no id may be`);
    if (CONTROL.test(text)) return invalidId('the path holds an encoded control character, and no id may');
  }
  return undefined;
}

function decoded(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
