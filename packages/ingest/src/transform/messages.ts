/** Between the thread that reads and the threads that transform. Buffers are given away, not copied. */
import type { Part } from '@segment-store/contract/manifest';
import type { Lines } from '@segment-store/store/store';
import type { Rows } from '../lines/rows.ts';

export interface WorkerData {
  /** Absolute. */
  readonly module: string;
  readonly keepRaw: boolean;
}

export interface Task {
  readonly id: number;
  readonly part: Part;
  readonly rows: Rows;
}

/** `ready` or `unusable` first, then `lines` or `failed` for each task. */
export type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'unusable'; readonly why: string }
  | { readonly kind: 'lines'; readonly id: number; readonly lines: Lines }
  | { readonly kind: 'failed'; readonly id: number; readonly error: unknown };

/** What is given away with rows or lines, each once: several of their parts may stand in one. */
export function buffersOf({ bytes, spans, offsets, numbers }: Omit<Rows, 'refused' | 'end'> | Lines): ArrayBuffer[] {
  const buffers = new Set([bytes, spans, offsets, numbers].map(({ buffer }) => buffer));
  return [...buffers].filter((buffer) => buffer instanceof ArrayBuffer);
}
