/** Something that the product promises, and how a history shows that it was not kept. */
import type { History } from '../history.ts';

export interface Promised {
  readonly name: string;
  readonly says: string;
  /** Yields each violation, for people; returns how many answers or happenings it looked at. */
  judge(history: History): Generator<string, number>;
}

/** For people: the second of the run. */
export function second({ answers, happenings }: History, at: number): string {
  const first = Math.min(answers[0]?.askedAt ?? at, happenings[0]?.at ?? at);
  return `second ${((at - first) / 1_000).toFixed(1)}`;
}
