/** The rules that count now: given once, or asked for again and again. */
import { deadline } from '@segment-store/resilience/deadline';
import { unlimited } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';
import { type CheckedRules, checkRules, type RolloutRules } from './rules.ts';

/** Rules, or a function that gives them or a promise of them: from a file, a bucket, a service. */
export type RulesSource = RolloutRules | (() => unknown);

/** How the rules do. */
export interface FeedStatus {
  /** Of the rules that count; undefined while there are none. */
  readonly version: string | undefined;
  /** Loads that gave rules. */
  readonly loads: number;
  /** Loads that failed or gave what are no rules; the rules before them go on to count. */
  readonly failures: number;
  /** Of the latest load, if it failed. */
  readonly problem: string | undefined;
}

export interface Feed {
  current(): CheckedRules | undefined;
  status(): FeedStatus;
  /** True as soon as there are rules, false after `ms` without. */
  loaded(ms: number): Promise<boolean>;
  stop(): void;
}

export interface FeedDeps {
  readonly refreshMs: number;
  readonly time: Time;
  random(): number;
}

const LOAD_MS = 10_000;
/** Processes that began together must not ask together. */
const JITTER = 0.1;

/** @throws TypeError for rules that are given and are none */
export function createFeed(source: RulesSource, deps: FeedDeps): Feed {
  return typeof source === 'function' ? loading(source, deps) : fixed(checkRules(source));
}

function fixed(rules: CheckedRules): Feed {
  const status = { version: rules.version, loads: 0, failures: 0, problem: undefined };
  return { current: () => rules, status: () => status, loaded: async () => true, stop: () => {} };
}

function loading(source: () => unknown, { refreshMs, time, random }: FeedDeps): Feed {
  const first = Promise.withResolvers<boolean>();
  const counts = { loads: 0, failures: 0 };
  let rules: CheckedRules | undefined;
  let problem: string | undefined;
  let cancel = () => {};
  let isStopped = false;
  const ask = deadline(LOAD_MS, time)(async () => source());

  async function load(): Promise<void> {
    try {
      rules = checkRules(await ask(undefined, unlimited));
      counts.loads += 1;
      problem = undefined;
      first.resolve(true);
    } catch (error) {
      counts.failures += 1;
      problem = messageOf(error);
    }
    if (!isStopped) cancel = time.after(refreshMs * (1 + JITTER * (2 * random() - 1)), () => void load());
  }

  void load();
  return {
    current: () => rules,
    status: () => ({ version: rules?.version, ...counts, problem }),
    loaded(ms) {
      const late = Promise.withResolvers<boolean>();
      const give = time.after(ms, () => late.resolve(rules !== undefined));
      return Promise.race([first.promise, late.promise]).finally(give);
    },
    stop() {
      isStopped = true;
      cancel();
    },
  };
}

/** What is thrown may be anything, and its message may throw too. */
function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? `${error.message}` : 'what failed was no Error';
  } catch {
    return 'what failed cannot be shown';
  }
}
