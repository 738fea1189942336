/** What differed, for people who look for why: a line each, with a hash in place of whom it was about. */
import { createHmac } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Answer } from './answer.ts';
import type { Answers, Comparison } from './compare.ts';
import { type Question, template } from './question.ts';

export interface Mismatches extends AsyncDisposable {
  add(found: Comparison, question: Question, answers: Answers): void;
}

/** Of a list of segments; the line says how many there were. */
const SHOWN = 20;

export const noMismatches: Mismatches = { add: () => {}, [Symbol.asyncDispose]: async () => {} };

/**
 * Appends to `file`; closing rejects when something could not be written. Whoever has `key` can tell whether a customer they
 * know is among them, and ask again.
 */
export function createMismatches(file: string, key: string, now: () => Date): Mismatches {
  const stream = createWriteStream(file, { flags: 'a' });
  const written = finished(stream);
  written.catch(() => 'told when it is closed');
  const hash = (customer: string) => createHmac('sha256', key).update(customer).digest('base64url').slice(0, 22);
  return {
    add(found, question, { candidate, controlA, controlB }) {
      const line = {
        at: now().toISOString(),
        found,
        question: template(question),
        customer: hash(question.customer),
        generation: controlA.generation || candidate.generation,
        status: { candidate: candidate.status, controlA: controlA.status, controlB: controlB.status },
        onlyCandidate: less(candidate, controlA),
        onlyControlA: less(controlA, candidate),
        ...(found !== 'candidate' && { onlyControlB: less(controlB, controlA), notControlB: less(controlA, controlB) }),
      };
      stream.write(`${JSON.stringify(line)}\n`);
    },
    async [Symbol.asyncDispose]() {
      stream.end();
      await written;
    },
  };
}

function less(one: Answer, other: Answer): { readonly count: number; readonly ids: readonly string[] } {
  const ids = [...one.segmentIds].filter((id) => !other.segmentIds.has(id)).sort();
  return { count: ids.length, ids: ids.slice(0, SHOWN) };
}
