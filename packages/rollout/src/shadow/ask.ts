/** Asks one service one question. */
import { type Answer, answerOf, noAnswer } from './answer.ts';
import type { Question } from './question.ts';

export interface Target {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
}

/** Never rejects: no answer is an answer, too. */
export async function ask({ baseUrl, apiKey }: Target, question: Question, timeoutMs: number): Promise<Answer> {
  const { method, target, body } = question;
  const headers = {
    ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const init = { method, headers, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) } as const;
  try {
    const response = await fetch(baseUrl + target, { ...init, ...(body !== undefined && { body }) });
    return answerOf(response.status, await response.text());
  } catch {
    return noAnswer;
  }
}
