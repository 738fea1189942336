/** How commands name the server that keeps a rollout, and what its refusals mean for whoever called. */
import { CommandError, type ExitCode, exitCode } from '@segment-store/cli/exit-code';
import { type Option, optionalText, requiredText } from '@segment-store/cli/option';
import { baseUrlOf } from '../base-url.ts';
import { createService, type RolloutService, ServiceError } from './service.ts';

export const keptOptions: { readonly server: Option<string>; readonly apiKey: Option<string | undefined> } = {
  server: requiredText({ placeholder: '<url>', description: 'the segment server that keeps the rollout' }),
  apiKey: optionalText({ placeholder: '<key>', description: 'of the server; scopes read and publish', secret: true }),
};

export interface Kept {
  readonly server: string;
  readonly apiKey: string | undefined;
}

/** @throws CommandError exit 2 for an address that is none */
export const keptBy = (name: string, { server, apiKey }: Kept): RolloutService =>
  createService(name, { baseUrl: baseUrlOf('--server', server), apiKey });

const CONFLICT = 409;
const OVERTAKEN = 412;

/** Exit 4 for what the rollout does not allow now, 6 for what may be run again, 2 for the rest. */
export async function orCommandError<T>(asked: Promise<T>): Promise<T> {
  return asked.catch((error: unknown) => {
    if (!(error instanceof ServiceError)) throw error;
    throw new CommandError(exitOf(error), error.message, { cause: error });
  });
}

function exitOf({ status, isPassing }: ServiceError): ExitCode {
  if (status === CONFLICT) return exitCode.refused;
  return isPassing || status === OVERTAKEN ? exitCode.unavailable : exitCode.usage;
}
