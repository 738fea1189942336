/** Options → the admission of this process: who asks ▸ may they ▸ within their rate ▸ does the loop keep up ▸ is there room. */
import { systemTime, type Time } from '@segment-store/resilience/time';
import type { ProblemError } from '../errors.ts';
import type { InFlight, Pass } from './account.ts';
import type { Admission, Asking, CallerClass, Scope } from './admission.ts';
import type { Callers } from './callers.ts';
import { LateRefusals } from './late-refusals.ts';
import { type LoopLoad, loopUtilisation, watchLoop } from './loop-load.ts';
import { rateLimited } from './refusals.ts';
import { Shedding } from './shedding.ts';

/** Why a caller who may ask was refused. */
type RefusalReason = 'rate' | 'loop' | 'in-flight';

interface Refusal {
  /** Of one who may ask. */
  readonly reason?: RefusalReason;
  readonly problem: ProblemError;
}

export interface AdmissionDeps {
  readonly callers: Callers;
  /** That of the callers. */
  readonly inFlight: InFlight;
  onRefused(ofClass: CallerClass, reason: RefusalReason): void;
  readonly time?: Time;
  /** What of the time since the call before the event loop worked, 0 to 1. */
  utilisation?(): number;
}

interface AdmissionState {
  readonly inFlight: number;
  /** What of the requests of a class is refused now because the event loop does not keep up, 0 to 1. */
  readonly shed: Readonly<Record<CallerClass, number>>;
}

export interface RunningAdmission extends Admission, Disposable {
  state(): AdmissionState;
}

export function createAdmission(deps: AdmissionDeps): RunningAdmission {
  const { callers, inFlight, onRefused, time = systemTime, utilisation = loopUtilisation() } = deps;
  const shedding = new Shedding();
  const refusals = new LateRefusals(time);
  const onLoad = (load: LoopLoad) => {
    shedding.update(load);
    refusals.update(load);
  };
  const watching = watchLoop({ time, utilisation, onLoad });

  const against = ({ caller, account }: Pass, need: Scope, now: number): Refusal | undefined => {
    if (!caller.scopes.has(need)) return { problem: callers.lacking(need) };
    shedding.asked(account);
    const waitMs = account.take(now);
    if (waitMs > 0) return { reason: 'rate', problem: rateLimited({ rate: account.rate ?? 0, waitMs }) };
    const busy = shedding.against(account);
    if (busy !== undefined) return { reason: 'loop', problem: busy };
    const full = inFlight.against(account);
    return full && { reason: 'in-flight', problem: full };
  };
  const enter = (pass: Pass, asking: Asking, need: Scope, now: number): Pass => {
    const refusal = against(pass, need, now);
    if (refusal === undefined) {
      pass.account.enter();
      return pass;
    }
    asking.onRefused?.(pass.caller);
    if (refusal.reason !== undefined) onRefused(pass.account.class, refusal.reason);
    throw refusal.problem;
  };
  return {
    admit(asking, need) {
      try {
        const now = time.now();
        const pass = callers.passOf(asking.authorization, now);
        if (!(pass instanceof Promise)) return enter(pass, asking, need, now);
        return pass.then((one) => enter(one, asking, need, time.now())).catch((reason) => refusals.refuse(reason));
      } catch (reason) {
        return refusals.refuse(reason);
      }
    },
    state: () => ({ inFlight: inFlight.total, shed: { ...shedding.shares } }),
    [Symbol.dispose]: () => watching[Symbol.dispose](),
  };
}
