import type { ResolvedOptions } from '../options.ts';
import { refusal } from '../refusal.ts';
import type { Store } from '../store.ts';

export function openElasticsearch(url: URL, _options: ResolvedOptions): Store {
  throw refusal('UNSUPPORTED', `${url.origin}: not yet`);
}
