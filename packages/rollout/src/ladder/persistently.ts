/** The rollout service may be away for a minute, and somebody else may be faster: both are no reason to give up. */
import type { Say } from '@segment-store/cli/event';
import { CommandError, exitCode, usage } from '@segment-store/cli/exit-code';
import { ServiceError } from './service.ts';

const TRIES = 60;
const TRY_MS = 1_000;
const OVERTAKEN = 412;

/** Somebody changed the rollout since it was read. */
export const isOvertaken = (error: unknown): boolean => error instanceof ServiceError && error.status === OVERTAKEN;

interface Patient {
  readonly say: Say;
  /** Rejects when it is stopped. */
  sleep(ms: number): Promise<void>;
}

/** Asks again while the server is away, and when somebody was faster. @throws CommandError exit 2, 6 */
export async function persistently<T>({ say, sleep }: Patient, ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      if (!error.isPassing && !isOvertaken(error)) throw usage(error.message, error);
      if (tries === TRIES) throw new CommandError(exitCode.unavailable, error.message, { cause: error });
      if (tries === 1) say({ kind: 'warning', text: `${error.message}; trying again` });
      await sleep(TRY_MS);
    }
  }
}
