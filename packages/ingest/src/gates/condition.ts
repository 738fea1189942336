/** The store holds the generation as it was built: mapping, settings, every shard. */
import { formatCount } from '@segment-store/cli/render/count';
import type { Gate } from './gate.ts';
import { named } from './named.ts';

export const mapping: Gate = {
  name: 'mapping',
  async judge({ condition }) {
    const { changes } = await condition();
    return {
      figure: changes.length === 0 ? 'as built' : `${formatCount(changes.length)} changes${named(changes)}`,
      limit: 'mapping and settings as built',
      passed: changes.length === 0,
    };
  },
};

/** A copy that is still made does not stand in the way: readers are answered by the others. */
export const shards: Gate = {
  name: 'shards',
  async judge({ sealed, condition }) {
    const { health, shards, counted } = await condition();
    const { wanted, active, lost } = shards;
    const { members, erased = 0 } = sealed.generation;
    // Erasing takes a moment: until then some are counted still.
    const isWhole = counted !== undefined && counted.members <= members && counted.members >= members - erased;
    const less = erased === 0 ? '' : `, ${formatCount(erased)} of them erased since`;
    const found = counted === undefined ? '' : `, ${formatCount(counted.members)} customers counted`;
    return {
      figure: `${health}, ${lost} shards lost, ${active} of ${wanted} copies active${found}`,
      limit: `no shard lost, ${formatCount(members)} customers${less}`,
      passed: health !== 'red' && lost === 0 && isWhole,
    };
  },
};
