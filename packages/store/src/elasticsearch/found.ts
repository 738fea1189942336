/** One document of a `_doc` or `_mget` answer. */
import { refusal } from '../refusal.ts';

export interface Found<S> {
  readonly found?: boolean;
  readonly _source?: S;
  readonly error?: { readonly type: string } | string;
}

/**
 * Undefined when Elasticsearch says that there is none. It says neither when the index as a whole or the document's
 * own shard does not answer: taken for "none", a replay would be a duplicate and a finished part unfinished.
 */
export function sourceOf<S>({ found, _source, error }: Found<S>, index: string): S | undefined {
  if (found === false) return undefined;
  if (found && _source !== undefined) return _source;
  const type = typeof error === 'object' ? error.type : undefined;
  if (type === 'index_not_found_exception') throw refusal('NOT_FOUND', `index ${index} was removed`);
  const traits = { fault: true, retryable: true };
  throw refusal('UNAVAILABLE', `index ${index} could not be read (${type ?? 'no answer'})`, traits);
}
