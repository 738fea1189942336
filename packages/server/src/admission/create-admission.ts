/** Options → the admission of this process: who asks ▸ may they ▸ within their rate ▸ does the loop keep up ▸ is there room. */
import { systemTime, type Time } from '@segment-store/resilience/time';
import type { ProblemError } from '../errors.ts';
import type { Pass } from './account.ts';
import type { Admission, CallerClass, Scope } from './admission.ts';
import type { Callers } from './callers.ts';
import type { InFlight } from './in-flight.ts';
import { LateRefusals } from './late-refusals.ts';
import { type LoopLoad, loopUtilisation, watchLoop } from './loop-load.ts';
import { rateLimited } from './refusals.ts';
import { Shedding } from './shedding.ts';

/** Why a caller who may ask was refused. */
type RefusalReason = 'rate' | 'loop' | 'in-flight';

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

  const refuse = (pass: Pass, reason: RefusalReason, problem: ProblemError): never => {
    onRefused(pass.account.class, reason);
    throw problem;
  };
  const enter = (pass: Pass, need: Scope, now: number): Pass => {
    const { caller, account } = pass;
    if (!caller.scopes.has(need)) throw callers.lacking(need);
    shedding.asked(account);
    const waitMs = account.take(now);
    if (waitMs > 0) refuse(pass, 'rate', rateLimited({ rate: account.rate ?? 0, waitMs }));
    const busy = shedding.against(account);
    if (busy !== undefined) refuse(pass, 'loop', busy);
    const full = inFlight.against(account);
    if (full !== undefined) refuse(pass, 'in-flight', full);
    inFlight.enter(account);
    return pass;
  };
  return {
    admit({ authorization }, need) {
      try {
        const now = time.now();
        const pass = callers.passOf(authorization, now);
        if (!(pass instanceof Promise)) return enter(pass, need, now);
        return pass.then((one) => enter(one, need, time.now())).catch((reason) => refusals.refuse(reason));
      } catch (reason) {
        return refusals.refuse(reason);
      }
    },
    state: () => ({ inFlight: inFlight.total, shed: { ...shedding.shares } }),
    [Symbol.dispose]: () => watching[Symbol.dispose](),
  };
}
