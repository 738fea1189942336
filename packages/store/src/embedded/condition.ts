/** The condition of one generation's environment: a file is whole and as it was made, or it is refused when opened. */
import type { Condition } from '../condition.ts';
import { entriesOf, type GenerationEnvironment } from './environment.ts';

export async function conditionOf({ members, catalogue, close }: GenerationEnvironment): Promise<Condition> {
  const counted = { members: entriesOf(members), segments: entriesOf(catalogue) };
  await close();
  return { ...emptyCondition, counted };
}

/** Of the genesis generation, for which no file is made. */
export const emptyCondition: Condition = {
  changes: [],
  health: 'green',
  shards: { wanted: 1, active: 1, starting: 0, missing: 0, lost: 0 },
  counted: { members: 0, segments: 0 },
};
