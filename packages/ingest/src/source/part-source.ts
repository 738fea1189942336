/** A part of a run, as readers of lines take it. */
import type { Part } from '@segment-store/contract/manifest';
import { decompress } from '../lines/decompress.ts';
import { freshMemory, type Memory } from '../lines/memory.ts';
import type { PartSource } from '../lines/rows.ts';
import type { Run } from './run.ts';
import { sourceBytes, sourceRange } from './source.ts';

/** `memory` is used again only by who knows when rows are read no more. */
export function partSource(run: Run, part: Part, memory: Memory = freshMemory): PartSource {
  const source = run.source(part);
  return {
    key: part.key,
    bytes: (call) => decompress(sourceBytes(source, call), part.key),
    fileBytes: source.file.bytes,
    range: (range, call) => sourceRange(source, range, call),
    memory,
  };
}
