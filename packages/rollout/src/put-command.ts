/** `segment-rollout put`: a ladder from a file → the server that keeps it. */
import { readFile } from 'node:fs/promises';
import { type AnyCommand, type Context, command } from '@segment-store/cli/command';
import { usage } from '@segment-store/cli/exit-code';
import { requiredText, type Values } from '@segment-store/cli/option';
import { keptBy, keptOptions, orCommandError } from './ladder/kept.ts';
import { type Rollout, ServiceError } from './ladder/service.ts';
import { told } from './ladder/told.ts';

const options = {
  ...keptOptions,
  ladder: requiredText({ placeholder: '<file>', description: 'the ladder, JSON as openapi.yaml says' }),
};

export const putCommand: AnyCommand = command({
  name: 'put',
  summary: 'Writes the ladder of a rollout. Of one that has begun, what is open must stay as it is.',
  arguments: ['<rollout>'],
  options,
  examples: ['segment-rollout put new-checkout --ladder ladder.json --server http://localhost:8080'],
  run: ({ args: [name = ''], options: given }, context) => put(name, given, context),
});

async function put(name: string, { ladder: file, ...kept }: Values<typeof options>, { say }: Context): Promise<void> {
  const ladder = await ladderIn(file);
  const service = keptBy(name, kept);
  const before = await orCommandError(service.read().catch(ifNone));
  const rollout = await orCommandError(service.write(ladder, before?.version ?? 0));
  say({ kind: 'result', text: told(rollout), data: { ...rollout } });
}

const NONE = 404;

function ifNone(error: unknown): undefined {
  if (error instanceof ServiceError && error.status === NONE) return undefined;
  throw error;
}

/** The server says what is wrong with it. @throws CommandError exit 2 for what is no JSON */
async function ladderIn(file: string): Promise<Rollout['ladder']> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw usage(`--ladder ${file}: ${why}`, error);
  }
}
