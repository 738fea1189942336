/** What one item of a `_bulk` answer means for its line. */
import { BLOCKED } from './failures.ts';

export interface BulkItem {
  readonly status: number;
  readonly error?: { readonly type: string };
}

export type Triage = 'created' | 'conflict' | 'again' | 'rejected' | 'closed' | 'blocked' | 'denied';

/** What became of a build whose alias is gone, and the way out. */
export const GONE =
  'the build was sealed or removed meanwhile: run again; if somebody deleted its index, load with --rebuild';

const AGAIN: ReadonlySet<number> = new Set([408, 429]);

export function triage({ status, error }: BulkItem): Triage {
  if (status < 300) return 'created';
  if (status === 409) return 'conflict';
  // A full disk answers 429 as well, and would be tried for ever.
  if (error?.type === BLOCKED) return 'blocked';
  // A node that stops or restarts answers 500 for items it was given: never the line's fault.
  if (AGAIN.has(status) || status >= 500) return 'again';
  // The alias that only a build has is gone.
  if (status === 404) return 'closed';
  if (status === 401 || status === 403) return 'denied';
  return 'rejected';
}
