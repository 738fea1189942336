import type { AnyPolicy } from './operation.ts';
import type { Time } from './time.ts';

export interface CircuitBreaker {
  readonly state: 'closed' | 'open' | 'half-open';
}

export interface CircuitBreakerOptions {
  /** Samples older than this are forgotten by the clock, not by traffic. Default 10,000. */
  readonly windowMs?: number;
  /** Default 20. */
  readonly minimumThroughput?: number;
  /** Default 0.5. */
  readonly failureRateThreshold?: number;
  /** First rest; doubles while probes fail, ±20 % jitter. Default 1,000. */
  readonly cooldownMs?: number;
  /** Default 30,000. */
  readonly maxCooldownMs?: number;
}

export declare const createCircuitBreaker: (options?: CircuitBreakerOptions, time?: Time) => CircuitBreaker;
/** Open: refused at once as `CIRCUIT_OPEN`. Half-open: one probe, everyone else refused at once. Only faults are samples. */
export declare const circuitBreaker: (breaker: CircuitBreaker) => AnyPolicy;
