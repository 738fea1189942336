import { openElasticsearch } from './elasticsearch/store.ts';
import { openEmbedded } from './embedded/store.ts';
import { leavingOutErased } from './leaving-out.ts';
import { type ResolvedOptions, resolveOptions, type StoreOptions } from './options.ts';
import { readOnly } from './read-only.ts';
import type { Store } from './store.ts';

export type { StoreOptions } from './options.ts';

/**
 * `embedded:<dir>` or `http(s)://…`. No I/O yet.
 * @throws TypeError naming the URL and the forms; RangeError naming an option and its value
 */
export function openStore(url: string, options: StoreOptions = {}): Store {
  const resolved = resolveOptions(options);
  const store = leavingOutErased(openAt(url, resolved), resolved.patienceMs);
  return resolved.readOnly ? readOnly(store) : store;
}

function openAt(url: string, resolved: ResolvedOptions): Store {
  if (url.startsWith('embedded:') && url.length > 'embedded:'.length) {
    return openEmbedded(url.slice('embedded:'.length), resolved);
  }
  const { protocol, search, hash } = URL.parse(url) ?? {};
  if ((protocol === 'http:' || protocol === 'https:') && search === '' && hash === '') {
    return openElasticsearch(new URL(url), resolved);
  }
  throw new TypeError(`store ${JSON.stringify(url.slice(0, 100))}: use embedded:<dir>, http://host:9200 or https://…`);
}
