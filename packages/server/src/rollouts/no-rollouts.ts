/** Of a server without a database. */
import { invalidRequest } from '../errors.ts';
import type { Rollouts } from './rollouts.ts';

const refuse = async () => {
  throw invalidRequest('this server keeps no rollouts and no experiments: start it with --database', 404);
};

export const noRollouts: Rollouts = {
  board: refuse,
  glance: () => undefined,
  write: refuse,
  step: refuse,
  writeExperiments: refuse,
  history: refuse,
};
