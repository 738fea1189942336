/** What is open now, as `/rollout` of the SDK takes it: the bytes are made once a change. */
import { createHash } from 'node:crypto';
import type { components } from '@segment-store/contract/api.generated';
import type { Board } from './followed-board.ts';
import type { Climb } from './ladder.ts';

type Schemas = components['schemas'];

export interface EncodedRules {
  readonly body: string;
  readonly etag: string;
}

export function createEncodedRules(): (board: Board) => EncodedRules {
  let last: { readonly board: Board; readonly encoded: EncodedRules } | undefined;
  return (board) => {
    if (last?.board === board) return last.encoded;
    const body = JSON.stringify(rulesOf(board));
    const encoded = { body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
    last = { board, encoded };
    return encoded;
  };
}

function rulesOf({ seq, rollouts, experiments }: Board): Schemas['RolloutRules'] {
  const gates = [...rollouts].map(([name, { value }]): [string, Schemas['Gate']] => [name, gateOf(value)]);
  return { version: `${seq}`, gates: Object.fromEntries(gates), experiments: {}, ...experiments.value };
}

function gateOf({ ladder: { salt, stages }, open }: Climb): Schemas['Gate'] {
  const opened = stages.slice(0, open).map(({ cities, countries, percent }) => ({
    ...(cities && { cities }),
    ...(countries && { countries }),
    percent,
  }));
  return { ...(salt !== undefined && { salt }), stages: opened };
}
