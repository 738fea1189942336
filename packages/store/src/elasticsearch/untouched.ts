/** A deployment that is only looked at: where nothing is yet, the empty genesis generation is live and nothing is made. */
import { isFailure } from '@segment-store/resilience/failure';
import { genesis } from '../generation.ts';
import type { Records } from '../records.ts';
import { refusal } from '../refusal.ts';
import type { Aliases } from './aliases.ts';
import { noMarker } from './first-use.ts';
import type { Layout } from './layout.ts';

/** @throws Failure UNSUPPORTED from `pointer` when there are generations, but none is marked as live */
export function untouchedAliases(aliases: Aliases, layout: Layout): Aliases {
  return {
    ...aliases,
    async pointer(call) {
      const found = await aliases.pointer(call);
      if (found !== undefined) return found;
      if ((await aliases.runs(call)).length > 0) throw refusal('UNSUPPORTED', noMarker(layout));
      return { run: genesis.run, epoch: 0, floor: 0 };
    },
  };
}

/** Without a control index no record is known. */
export function untouchedRecords(records: Records): Records {
  const orNothing =
    <T>(nothing: T) =>
    (error: unknown): T => {
      if (isFailure(error) && error.code === 'NOT_FOUND') return nothing;
      throw error;
    };
  return {
    ...records,
    get: (key, call) => records.get(key, call).catch(orNothing(undefined)),
    getMany: (keys, call) => records.getMany(keys, call).catch(orNothing(keys.map(() => undefined))),
  };
}
