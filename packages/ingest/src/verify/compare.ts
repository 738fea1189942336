/** Source lines beside what a generation answers for them. */
import type { CustomerId } from '@segment-store/contract/id';
import { customerIdAt, type Member, printMember, SPAN_FIELDS } from '@segment-store/contract/lines';
import type { Call } from '@segment-store/resilience/operation';
import type { Lines, Reader } from '@segment-store/store/store';

/** One canonical line of a part. */
export interface SourceLine {
  readonly part: string;
  readonly line: number;
  readonly offset: number;
  readonly customerId: CustomerId;
  readonly text: string;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function sourceLine({ part, bytes, spans, offsets, numbers }: Lines, index: number): SourceLine {
  const [start = 0, end = 0, idStart = 0, idEnd = 0] = spans.subarray(index * SPAN_FIELDS, (index + 1) * SPAN_FIELDS);
  return {
    part: part.key,
    line: numbers[index] ?? 0,
    offset: offsets[index] ?? 0,
    customerId: customerIdAt(bytes, idStart, idEnd),
    text: decoder.decode(bytes.subarray(start, end)),
  };
}

export const lineCount = ({ spans }: Lines): number => spans.length / SPAN_FIELDS;

export interface Comparison {
  readonly line: SourceLine;
  /** `rejected` and `erased`: rightly not what the generation answers. */
  readonly found: 'equal' | 'different' | 'absent' | 'rejected' | 'erased';
  readonly answer: Member | undefined;
}

/** Why a line need not be in the generation. */
export interface Known {
  /** The load rejected it: it stands in the dead letters. */
  isRejected(line: SourceLine): boolean;
  /** Which of these customers are erased. */
  erased(customerIds: readonly CustomerId[], call: Call): Promise<ReadonlySet<CustomerId>>;
}

export interface Compared {
  readonly reader: Reader;
  readonly known: Known;
}

/** In the order of `lines`; byte for byte. A read that failed rejects. */
export async function compare(
  lines: readonly SourceLine[],
  { reader, known }: Compared,
  call: Call,
): Promise<readonly Comparison[]> {
  const ids = lines.map(({ customerId }) => customerId);
  const answers = await reader.read(ids, call);
  const found = lines.map((line, index): Comparison => {
    const settled = answers[index];
    if (settled?.status === 'rejected') throw settled.reason;
    const answer = settled?.value;
    return { line, answer, found: known.isRejected(line) ? 'rejected' : compareOne(line, answer) };
  });
  const absent = found.flatMap((one) => (one.found === 'absent' ? [one.line.customerId] : []));
  if (absent.length === 0) return found;
  const erased = await known.erased(absent, call);
  return found.map((one) =>
    one.found === 'absent' && erased.has(one.line.customerId) ? { ...one, found: 'erased' } : one,
  );
}

function compareOne({ text }: SourceLine, answer: Member | undefined): 'equal' | 'different' | 'absent' {
  if (answer === undefined) return 'absent';
  return printMember(answer) === text ? 'equal' : 'different';
}

export const differs = ({ found }: Comparison): boolean => found === 'different' || found === 'absent';
