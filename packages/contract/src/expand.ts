/** Definition × values of a dimension → segments, with ids derived, never typed. */
import { createHash } from 'node:crypto';
import { type Definition, type Dimension, isUniverseWord } from './definition.ts';
import { MAX_SEGMENT_ID_BYTES, parseSegmentId, type SegmentId } from './id.ts';
import type { Segment } from './lines.ts';

/** All of a segment that does not depend on the customers. */
export type Meaning = Omit<Segment, 'asOf' | 'size'> & {
  readonly definition: string;
  readonly definitionVersion: string;
};

/** The segment of one value. */
export function expand(definition: Definition, dim: Dimension, value: string): Meaning {
  return {
    id: segmentIdOf(definition.key, dim, value),
    type: definition.type,
    name: `${definition.name}: ${value}`,
    attributes: { [dim]: value },
    definition: definition.key,
    definitionVersion: String(definition.version),
    ...ruleOf(definition, dim, value),
  };
}

/** A complement stands on segments of the same value. */
function ruleOf({ when }: Definition, dim: Dimension, value: string): Pick<Meaning, 'complementOf' | 'universe'> {
  if (when.leaf !== 'complement') return {};
  const { of, universe } = when;
  return {
    complementOf: segmentIdOf(of, dim, value),
    universe: isUniverseWord(universe) ? universe : segmentIdOf(universe, dim, value),
  };
}

/**
 * `<definition>:<dimension>:<value>`. Bytes of the value other than A-Z a-z 0-9 . _ - become `~HH`, so that different
 * values have different ids. Over 128 bytes: as much of that as fits, `~h`, 16 hex digits of its SHA-256.
 */
export function segmentIdOf(definition: string, dim: Dimension, value: string): SegmentId {
  const id = `${definition}:${dim}:${escapeBytes(value)}`;
  return parseSegmentId(id.length <= MAX_SEGMENT_ID_BYTES ? id : shorten(id));
}

function escapeBytes(value: string): string {
  return Array.from(Buffer.from(value), (byte) => {
    const character = String.fromCharCode(byte);
    if (/[A-Za-z0-9._-]/.test(character)) return character;
    return `~${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

function shorten(id: string): string {
  const suffix = `~h${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
  // No half of an escape before the suffix.
  const prefix = id.slice(0, MAX_SEGMENT_ID_BYTES - suffix.length).replace(/~[0-9A-F]?$/, '');
  return prefix + suffix;
}
