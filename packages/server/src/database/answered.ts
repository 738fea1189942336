/** What a driver throws, as the failures of the port; both drivers carry the codes of Postgres. */
import { Failure } from '@segment-store/resilience/failure';

const UNIQUE_VIOLATION = '23505';

export async function answered<T>(question: Promise<T>): Promise<T> {
  return question.catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === UNIQUE_VIOLATION) throw new Failure('TAKEN', 'there is such a row already', { cause });
    const why = cause instanceof Error ? cause.message : cause;
    throw new Failure('UNAVAILABLE', `the database did not answer: ${why}`, { fault: true, cause });
  });
}
