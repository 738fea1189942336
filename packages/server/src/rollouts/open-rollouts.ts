/** The rollouts of the database that the configuration names, or none. */
import type { Say } from '@segment-store/cli/event';
import { systemTime } from '@segment-store/resilience/time';
import { createChangeLog } from '../database/change-log.ts';
import { openDatabase } from '../database/open.ts';
import { sayOnce } from '../say-once.ts';
import { noRollouts } from './no-rollouts.ts';
import { createRollouts, type Rollouts } from './rollouts.ts';

export interface OpenRollouts extends AsyncDisposable {
  readonly rollouts: Rollouts;
}

/** A Postgres that is away is asked again by whoever asks. @throws CommandError exit 2 */
export async function openRollouts(url: string | undefined, say: Say): Promise<OpenRollouts> {
  if (url === undefined) return { rollouts: noRollouts, [Symbol.asyncDispose]: async () => {} };
  const onTrouble = sayOnce(say, 'the database cannot be read, rollouts stay as they were read last');
  const database = await openDatabase(url, onTrouble);
  const rollouts = createRollouts(createChangeLog(database), { time: systemTime, onTrouble });
  return { rollouts, [Symbol.asyncDispose]: () => database[Symbol.asyncDispose]() };
}
