/** Whether an answer is right: what it says is compared with the generation it names, word by word. */
import { type Subject, segmentsIn } from './generations.ts';

export interface Judged {
  /** `200`, `wrong`, or status and kind of problem: `503 store-unavailable`. */
  readonly outcome: string;
  /** The generation of a right answer. */
  readonly run?: string;
  /** What is wrong with it. */
  readonly fault?: string;
}

interface Body {
  readonly customerId: string;
  readonly known: boolean;
  readonly generation: string;
  readonly segmentIds: readonly string[];
}

/** `text`: an answer, its head first. */
export function judge(text: string, subject: Subject): Judged {
  const end = text.indexOf('\r\n\r\n');
  const [head, body] = [text.slice(0, end), text.slice(end + 4)];
  const status = head.slice(9, 12);
  if (status !== '200') return { outcome: `${status} ${/error:([a-z-]+)/.exec(body)?.[1] ?? 'without a problem'}` };
  const named = /\r\nsegment-generation: (\S+)/i.exec(head)?.[1] ?? '';
  const fault = faultOf(JSON.parse(body), named, subject);
  return fault === undefined ? { outcome: '200', run: named } : { outcome: 'wrong', fault };
}

function faultOf({ customerId, known, generation, segmentIds }: Body, named: string, subject: Subject) {
  if (customerId !== subject.id) return `asked for ${subject.id}, answered for ${customerId}`;
  if (generation !== named) return `the body is of ${generation}, the header says ${named}`;
  const wanted = subject.index === undefined ? '' : segmentsIn(named, subject.index);
  const got = segmentIds.toSorted().join();
  if (got !== wanted) return `${subject.id} is in ${got} in an answer of ${named}`;
  return known === (subject.index !== undefined) ? undefined : `${subject.id} is ${known ? '' : 'not '}known`;
}
