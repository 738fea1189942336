/** A query of Prometheus and its bounds. */
import type { components } from '@segment-store/contract/api.generated';
import type { Judged } from './judge.ts';
import type { Ask } from './prometheus.ts';

export type Check = components['schemas']['Check'];

export interface Checked extends Judged {
  readonly name: string;
}

export async function checked(check: Check, ask: Ask): Promise<Checked> {
  const { name, query, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = check;
  const value = await ask(query);
  const bounds = [min > Number.NEGATIVE_INFINITY ? `≥ ${min}` : '', max < Number.POSITIVE_INFINITY ? `≤ ${max}` : ''];
  const limit = bounds.filter(Boolean).join(' and ');
  if (value === undefined) return { name, verdict: 'unknown', figure: 'no sample', limit };
  return { name, verdict: value >= min && value <= max ? 'good' : 'bad', figure: `${value}`, limit };
}
