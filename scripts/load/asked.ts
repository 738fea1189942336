/** Who is asked for and by whom, in order: the n-th request of every tool is the n-th of these. */
import { zipf } from '@segment-store/stack/zipf';
import { randomBelow } from '../../test/support/random.ts';
import type { Planned } from './planned.ts';
import type { Mix } from './profile.ts';

export type Caller = 'usual' | 'abusive';

export interface Asked {
  /** As it stands in a path. */
  readonly customer: string;
  readonly caller: Caller;
}

interface Population {
  readonly mix: Mix;
  /** The first is asked for most. */
  readonly customers: readonly string[];
  /** Stands in the ids of strangers. */
  readonly strangers: string;
}

/** So many ids that hardly one of them is drawn twice. */
const STRANGERS = 1_000_000;
const SEED = 1;
const FINE = 2 ** 30;

/** The same each time, for the same word of strangers. */
export function askedIn(phases: readonly Planned[], { mix, customers, strangers }: Population): readonly Asked[] {
  const random = randomBelow(SEED);
  const chance = () => random(FINE) / FINE;
  const place = zipf(customers.length);
  // From the middle: by Zipf hardly anybody asks for it.
  const hot = customers[Math.trunc(customers.length / 2)] ?? '';
  const customer = () => {
    const chosen = chance();
    if (chosen < mix.unknown) return `stranger-${strangers}-${random(STRANGERS)}`;
    return chosen < mix.unknown + mix.hot ? hot : (customers[place(chance())] ?? '');
  };
  const one = (): Asked => ({
    customer: encodeURIComponent(customer()),
    caller: chance() < mix.abusive ? 'abusive' : 'usual',
  });
  return phases.flatMap(({ counts, requests }) => Array.from({ length: requests }, () => (counts ? one() : LEAD_IN)));
}

const LEAD_IN: Asked = { customer: 'stranger', caller: 'usual' };
