/** One process writes an embedded store: its jobs' leases stand in one record of the root environment. */
import { hostname } from 'node:os';
import type { Call } from '@segment-store/resilience/operation';
import { pause } from '@segment-store/resilience/patience';
import { type Holder, held, holds, type Lives, Watch } from '../holder.ts';
import { claim, type Lease, type LeaseTerms, type Seat } from '../lease.ts';
import type { Key } from '../records.ts';

interface Writers {
  readonly holders: readonly Holder[];
}

export interface WriterTerms extends LeaseTerms {
  /** This job. */
  readonly owner: string;
  readonly directory: string;
}

export const WRITERS: Key<Writers> = { id: 'writers' };

/**
 * HELD when another process writes. Of one on another host only its lease can tell: it is waited for once, and renewed
 * meanwhile it lives.
 */
export async function takeWriter(terms: WriterTerms, call: Call): Promise<Lease<Writers>> {
  const { records, lives, leaseMs, owner, directory } = terms;
  const seat = writerSeat(directory, lives);
  const watch = new Watch(lives);
  let rival: Holder | undefined;
  for (;;) {
    const from = await records.get(WRITERS, call);
    const other = from?.value.holders.find((holder) => !isOurs(holder) && watch.isHeld(holder.owner, holder));
    if (other === undefined) {
      const lease = await claim({ seat, owner, from }, terms, call);
      if (lease !== undefined) return lease;
      continue;
    }
    if (isHere(other) || (rival !== undefined && isRenewed(rival, other))) throw held(directory, other);
    rival = other;
    await pause(leaseMs / 6, call);
  }
}

const isHere = ({ host }: Holder): boolean => host === hostname();
const isOurs = (holder: Holder): boolean => holder.pid === process.pid && isHere(holder);
const isRenewed = (rival: Holder, { owner, until }: Holder): boolean => rival.owner !== owner || rival.until !== until;

/** A process of another user answers EPERM: it lives. */
export function lives(holder: Holder): boolean {
  if (!isHere(holder)) return true;
  try {
    return process.kill(holder.pid, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function writerSeat(directory: string, lives: Lives): Seat<Writers> {
  return {
    key: WRITERS,
    what: directory,
    holder: ({ holders }, owner) => holders.find((holder) => holder.owner === owner) ?? holders[0],
    take(record, holder) {
      const others = record?.holders.filter((one) => one.owner !== holder.owner && holds(one, lives)) ?? [];
      return { holders: [...others, holder] };
    },
    leave: ({ holders }, owner) => ({ holders: holders.filter((holder) => holder.owner !== owner) }),
  };
}
