/** Config → the admission of a process: its callers are known by keys, by tokens or by both, or are on this machine. */
import { systemTime } from '@segment-store/resilience/time';
import { InFlight } from './account.ts';
import { looksLikeKey } from './api-key.ts';
import type { Callers } from './callers.ts';
import { type AdmissionDeps, createAdmission, type RunningAdmission } from './create-admission.ts';
import { followedKeys } from './followed-keys.ts';
import { createTokens } from './jwt.ts';
import type { KeyEnd } from './key-ends.ts';
import { KnownCallers } from './known-callers.ts';
import { createLocalCallers } from './local-callers.ts';
import type { AdmissionConfig } from './options.ts';
import type { Recognise } from './recognised.ts';
import { badCredentials } from './refusals.ts';

export interface OpenDeps extends Pick<AdmissionDeps, 'onRefused'> {
  /** Among how many processes limits are divided. */
  readonly workers: number;
  /** Of keys from the file, as often as they change. */
  onKeyEnds(ends: readonly KeyEnd[]): void;
  /** For people. */
  onNews(text: string): void;
  onTrouble(text: string): void;
}

/** Follows the keys file until it is disposed of. @throws CommandError exit 2 for a keys file that is none */
export async function openAdmission(config: AdmissionConfig, deps: OpenDeps): Promise<RunningAdmission> {
  const stop = new AbortController();
  const inFlight = new InFlight(Math.max(1, Math.floor(config.inFlight / deps.workers)));
  const callers = await callersOf(config, { ...deps, inFlight, signal: stop.signal });
  const admission = createAdmission({ inFlight, callers, onRefused: deps.onRefused });
  return {
    ...admission,
    [Symbol.dispose]() {
      stop.abort();
      admission[Symbol.dispose]();
    },
  };
}

interface CallersDeps extends OpenDeps {
  readonly inFlight: InFlight;
  readonly signal: AbortSignal;
}

async function callersOf({ knowsCallers, keys, tokens, rate }: AdmissionConfig, deps: CallersDeps): Promise<Callers> {
  const { inFlight, workers } = deps;
  if (!knowsCallers) return createLocalCallers(inFlight);
  const outside = { time: systemTime, wallClock: Date.now, fetch, signal: deps.signal, onTrouble: deps.onTrouble };
  const { onKeyEnds } = deps;
  const onKeys = (active: number) => {
    callers.forget();
    deps.onNews(`keys read anew from ${keys}: ${active} active`);
  };
  const byKey =
    keys === undefined
      ? refusing('this server takes tokens, not keys')
      : await followedKeys(keys, { ...outside, onKeys, onKeyEnds });
  const byToken =
    tokens === undefined
      ? refusing('this is no key, which would begin with seg_, and this server takes no tokens')
      : createTokens(tokens, outside);
  const recognise: Recognise = (text) => (looksLikeKey(text) ? byKey(text) : byToken(text));
  const callers = new KnownCallers({ recognise, inFlight, rate, workers, wallClock: Date.now });
  return callers;
}

function refusing(why: string): Recognise {
  return () => {
    throw badCredentials(why);
  };
}
