/** `segment-rollout step`: what people do to a rollout by hand. */
import { type AnyCommand, type Context, command } from '@segment-store/cli/command';
import { usage } from '@segment-store/cli/exit-code';
import { optionalText, requiredText, type Values } from '@segment-store/cli/option';
import { keptBy, keptOptions, orCommandError } from './ladder/kept.ts';
import type { Step } from './ladder/service.ts';
import { told } from './ladder/told.ts';

const options = {
  ...keptOptions,
  reason: requiredText({ placeholder: '<text>', description: 'for whoever reads the log later; no customer ids' }),
  to: optionalText({
    placeholder: '<stage>',
    description: 'of roll-back: the highest stage that stays open, none without it; of others: the stage you mean',
  }),
};

export const stepCommand: AnyCommand = command({
  name: 'step',
  summary: [
    'One step of a rollout: sign-off, advance, halt (what is open stays open), resume, or roll-back (closes stages and halts).',
    'It is an entry of the log of the server, with the id of the key and the reason.',
  ].join('\n'),
  arguments: ['<rollout>', '<action>'],
  options,
  examples: [
    'segment-rollout step new-checkout sign-off --to france --reason "numbers of lyon are good" --server http://localhost:8080',
    'segment-rollout step new-checkout roll-back --reason "wrong prices" --server http://localhost:8080',
  ],
  run: ({ args: [name = '', action = ''], options: given }, context) => step(name, action, given, context),
});

type Given = Values<typeof options>;

async function step(name: string, action: string, { reason, to, ...kept }: Given, { say }: Context): Promise<void> {
  const wanted: Step = { action: actionOf(action), reason, ...(to !== undefined && { to }) };
  const service = keptBy(name, kept);
  const { version } = await orCommandError(service.read());
  const rollout = await orCommandError(service.step(wanted, version));
  say({ kind: 'result', text: told(rollout), data: { ...rollout } });
}

const ACTIONS = ['sign-off', 'advance', 'halt', 'resume', 'roll-back'] as const satisfies readonly Step['action'][];

function actionOf(text: string): Step['action'] {
  const found = ACTIONS.find((action) => action === text);
  if (found !== undefined) return found;
  throw usage(`${text} is no step: one of ${ACTIONS.join(', ')}`);
}
