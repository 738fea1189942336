/** A rollout in a line for people. */
import type { Rollout } from './service.ts';

/** `new-checkout is open up to lyon; france is next and lacks 1 sign-off`. */
export function told({ name, state, stage, why, next }: Rollout): string {
  const open = stage === undefined ? 'nothing of it is open' : `open up to ${stage}`;
  return `${name} is ${state}, ${open}${why === undefined ? '' : ` (${why})`}${nextOf(next)}`;
}

function nextOf(next: Rollout['next']): string {
  if (next === undefined) return '';
  const { stage, signOffsMissing: missing } = next;
  return `; ${stage} is next${missing === 0 ? '' : ` and lacks ${missing} sign-off${missing === 1 ? '' : 's'}`}`;
}
