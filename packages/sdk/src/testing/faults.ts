/** What a test lets go wrong: the newest fault that fits a request counts. */
import { quote } from '@segment-store/contract/quote';
import type { ErrorCode } from '../lookup.ts';

/** Codes a service can cause; the others come from the caller: its id, its signal, its `close`. */
export type TestErrorCode = Exclude<ErrorCode, 'ABORTED' | 'CLOSED' | 'INVALID_ID'>;

/** Every code a script can name, and whether it is the service's fault, so that `ready` goes on asking. */
export const CODES: Readonly<Record<TestErrorCode, { readonly fault: boolean; readonly attempts: number }>> = {
  TIMEOUT: { fault: true, attempts: 1 },
  NETWORK: { fault: true, attempts: 1 },
  OVERLOADED: { fault: false, attempts: 0 },
  CIRCUIT_OPEN: { fault: false, attempts: 0 },
  THROTTLED: { fault: false, attempts: 1 },
  UNAUTHORIZED: { fault: false, attempts: 1 },
  SERVER: { fault: true, attempts: 1 },
  PROTOCOL: { fault: true, attempts: 1 },
  UNKNOWN_SEGMENT: { fault: false, attempts: 1 },
};

/** Which requests a fault is for. */
export interface FaultScope {
  /** Only requests about this customer. Default: all. */
  readonly of?: string | undefined;
  /** Only so many requests. Default: until `heal`. */
  readonly times?: number | undefined;
}

export type Fault =
  | { readonly kind: 'fail'; readonly code: TestErrorCode }
  | { readonly kind: 'hang'; readonly healed: Promise<void> }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'lag'; readonly ageMs: number };

/** One request, as the service was asked. */
export interface Asked {
  /** Undefined: `ready` asks about nobody. */
  readonly customerId?: string;
  /** Given: one membership was asked for. */
  readonly segmentId?: string;
}

export interface FaultScript {
  /** Requests fail with this code; `UNKNOWN_SEGMENT` only those about one membership. @throws TypeError */
  fail(code: TestErrorCode, scope?: FaultScope): void;
  /** Requests are not answered before `heal`. */
  hang(scope?: FaultScope): void;
  /** Requests are answered after `ms` milliseconds. @throws RangeError */
  delay(ms: number, scope?: FaultScope): void;
  /** Answers are of an older generation, and have been in caches for `ageMs`, in whole seconds as HTTP has them. @throws RangeError */
  lag(ageMs?: number, scope?: FaultScope): void;
  /** Ends every fault, and answers what hangs. */
  heal(): void;
}

export interface Faults {
  readonly script: FaultScript;
  /** The fault of this request; it counts as one of its `times`. */
  take(asked: Asked): Fault | undefined;
  /** Whether all requests fail with this code now. */
  everywhere(code: TestErrorCode): boolean;
}

interface Scripted {
  readonly fault: Fault;
  readonly of: string | undefined;
  left: number;
}

export function createFaults(): Faults {
  let sets: readonly Scripted[] = [];
  let illness = Promise.withResolvers<void>();
  const add = (fault: Fault, { of, times = Number.POSITIVE_INFINITY }: FaultScope = {}) => {
    sets = [{ fault, of, left: notNegative('times', times) }, ...sets];
  };
  const fits = ({ fault, of, left }: Scripted, { customerId, segmentId }: Asked) =>
    left > 0 && (of === undefined || of === customerId) && !(pairOnly(fault) && segmentId === undefined);
  return {
    script: {
      fail: (code, scope) => add({ kind: 'fail', code: known(code) }, scope),
      hang: (scope) => add({ kind: 'hang', healed: illness.promise }, scope),
      delay: (ms, scope) => add({ kind: 'delay', ms: notNegative('delay', ms) }, scope),
      lag: (ageMs = 0, scope) => add({ kind: 'lag', ageMs: notNegative('lag', ageMs) }, scope),
      heal() {
        sets = [];
        illness.resolve();
        illness = Promise.withResolvers();
      },
    },
    take(asked) {
      const set = sets.find((each) => fits(each, asked));
      if (set !== undefined) set.left -= 1;
      return set?.fault;
    },
    everywhere: (code) => {
      const fault = sets.find((each) => fits(each, {}))?.fault;
      return fault?.kind === 'fail' && fault.code === code;
    },
  };
}

const pairOnly = (fault: Fault): boolean => fault.kind === 'fail' && fault.code === 'UNKNOWN_SEGMENT';

/** @throws TypeError */
function known(code: TestErrorCode): TestErrorCode {
  if (Object.hasOwn(CODES, code)) return code;
  throw new TypeError(`${quote(code)} is no code a service can cause; there are: ${Object.keys(CODES).join(', ')}`);
}

/** @throws RangeError */
function notNegative(name: string, value: number): number {
  if (typeof value === 'number' && value >= 0) return value;
  throw new RangeError(`${name} is ${quote(value)}; give a number from 0 up`);
}
