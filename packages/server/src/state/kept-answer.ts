/** What is written of an answer in L1, one line. */
import { isRunId } from '@segment-store/contract/id';
import { parseJson } from '@segment-store/contract/json';
import type { Answer } from '../lookup/l1.ts';
import { corrupt } from './checked-file.ts';

export function printAnswer({ key, value, ageMs }: Answer): string {
  const { run, etag, known, body } = value;
  return JSON.stringify([key, run, etag, known, Math.trunc(ageMs), body]);
}

/** @throws Failure CORRUPT */
export function parseAnswer(line: string): Answer {
  const fields: unknown = parseJson(line, 'answer');
  if (!Array.isArray(fields)) throw corrupt('answer', 'it is no list');
  const [key, run, etag, known, ageMs, body]: unknown[] = fields;
  const isWhole = typeof key === 'string' && typeof etag === 'string' && typeof known === 'boolean';
  if (!isWhole || !isRunId(run) || typeof ageMs !== 'number' || typeof body !== 'string') {
    throw corrupt('answer', 'a field is missing or of another type');
  }
  return { key, value: { run, etag, known, body }, ageMs };
}
