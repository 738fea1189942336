import { Failure } from '@segment-store/resilience/failure';
import type { AnyPolicy } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';

export interface LeasedLimit {
  readonly policy: AnyPolicy;
  inFlight(): number;
}

/** At most `max` calls at once; each counts for `leaseMs` at the longest, because the end of one may never be heard of. */
export function leasedLimit(max: number, leaseMs: number, time: Time): LeasedLimit {
  const leases = new Set<{ readonly until: number }>();
  const inFlight = () => {
    const now = time.now();
    for (const lease of leases) {
      if (now < lease.until) break;
      leases.delete(lease);
    }
    return leases.size;
  };
  const policy: AnyPolicy = (next) => async (input, call) => {
    if (inFlight() >= max) throw new Failure('OVERLOADED', `${max} calls are in flight already`);
    const lease = { until: time.now() + leaseMs };
    leases.add(lease);
    try {
      return await next(input, call);
    } finally {
      leases.delete(lease);
    }
  };
  return { policy, inFlight };
}
