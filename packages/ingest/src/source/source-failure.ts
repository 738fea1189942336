import { Failure, isFailure } from '@segment-store/resilience/failure';

/** What can be wrong with a run folder, besides what the folder itself answers. */
export type SourceCode =
  | 'INCOMPLETE' // no manifest, or a file it names is absent: the run ends
  | 'CHANGED' // the folder is not what it was when the load began: the run ends
  | 'CORRUPT' // bytes that cannot be what they claim to be: of one part, an error budget may bear it
  | 'UNREADABLE'; // a format, layout or rule this version does not load

export const sourceFailure = (code: SourceCode, message: string, cause?: unknown): Failure<SourceCode> =>
  new Failure(code, message, { cause });

/** A file or folder that is not found is missing from the run; anything else as it is. */
export function orIncomplete(error: unknown): unknown {
  if (!isFailure(error) || error.code !== 'NOT_FOUND') return error;
  return sourceFailure('INCOMPLETE', `${error.message}: copy the whole folder, or write the run again`, error);
}
