/**
 * Runs of which each tells apart: the real members, everybody with the segments of somebody else, farther on at each
 * turn. Every segment keeps its size, so no gate has anything against them; an answer that mixes two shows.
 */
import type { Member } from '@segment-store/contract/lines';
import { type Happening, happeningsOf, type Truth } from './history.ts';

/** As `Found` has them. */
export const segmentsText = (segmentIds: readonly string[]): string => segmentIds.toSorted().join(' ');

export class Turned {
  /** Whoever is in the same segments stands side by side. */
  readonly #members: readonly Member[];
  /** As many as are in the same segments at most: by one turn everybody comes to others than his own. */
  readonly #step: number;

  constructor(members: readonly Member[]) {
    const keyed = members.map((member) => ({ member, key: segmentsText(member.segmentIds) }));
    keyed.sort((one, other) => compare(one.key, other.key) || compare(one.member.customerId, other.member.customerId));
    this.#members = keyed.map(({ member }) => member);
    this.#step = largestClass(keyed.map(({ key }) => key));
  }

  get customers(): readonly string[] {
    return this.#members.map(({ customerId }) => customerId);
  }

  /** Turn 0: as they are. */
  members(turn: number): readonly Member[] {
    const all = this.#members;
    return all.map(({ customerId, segmentIds }, index) => ({
      customerId,
      segmentIds: all[(index + turn * this.#step) % all.length]?.segmentIds ?? segmentIds,
    }));
  }
}

const compare = (one: string, other: string): number => Number(one > other) - Number(one < other);

/** Of equal keys, which stand side by side; the least is 1. */
function largestClass(keys: readonly string[]): number {
  let [largest, length] = [1, 0];
  for (const [index, key] of keys.entries()) {
    length = key === keys[index - 1] ? length + 1 : 1;
    largest = Math.max(largest, length);
  }
  return largest;
}

/** What each run that was made says of everybody. */
export function truthOf(turned: Turned, happenings: readonly Happening[]): Truth {
  const turns = new Map(happeningsOf({ happenings }, 'made').map(({ run, turn }) => [run, turn]));
  const known = new Map<string, ReadonlyMap<string, string>>();
  return {
    of(run) {
      const turn = turns.get(run);
      if (turn === undefined) return undefined;
      const before = known.get(run);
      if (before !== undefined) return before;
      const all = new Map<string, string>();
      for (const { customerId, segmentIds } of turned.members(turn)) all.set(customerId, segmentsText(segmentIds));
      known.set(run, all);
      return all;
    },
  };
}
