/** `segment-rollout read-out`: exposures and outcomes of an experiment → what can be said of it. */
import { type AnyCommand, type Context, command } from '@segment-store/cli/command';
import { CommandError, exitCode, usage } from '@segment-store/cli/exit-code';
import { list } from '@segment-store/cli/list';
import { optionalText, type Values } from '@segment-store/cli/option';
import { table } from '@segment-store/cli/table';
import { type Exposures, HELD_OUT, readExposures, readOutcomes } from './read-out/exposures.ts';
import { type Arm, MISMATCH, readArms, sharesOf } from './read-out/read-out.ts';

const options = {
  exposures: list({ placeholder: '<file,…>', description: 'what onExposure was told, a JSON line each' }),
  outcomes: list({ placeholder: '<file,…>', description: 'who did what is counted: {"exposureId":"…"}, a line each' }),
  control: optionalText({
    placeholder: '<name>',
    description: 'the arm others are compared with; default: control, or the first by name',
  }),
  weights: list({ placeholder: '<name=n,…>', description: 'of the variants, as in the rules; default: all the same' }),
};
type Given = Values<typeof options>;

export const readOutCommand: AnyCommand = command({
  name: 'read-out',
  summary: 'Rates of the arms of an experiment with intervals, what they differ in, and whether each got its share.',
  arguments: ['<experiment>'],
  options,
  examples: [
    'segment-rollout read-out win-back --exposures exposures.ndjson --outcomes orders.ndjson --weights control=1,discount=1',
  ],
  run: ({ args: [experiment = ''], options: given }, context) => readOut(experiment, given, context),
});

async function readOut(experiment: string, given: Given, { say }: Context): Promise<void> {
  if (given.exposures.length === 0) throw usage('--exposures is missing: what onExposure was told, a JSON line each');
  if (given.outcomes.length === 0) throw usage('--outcomes is missing: who did what is counted, a JSON line each');
  const exposures = await readExposures(given.exposures, experiment);
  if (exposures.lines === 0) throw new CommandError(exitCode.input, `--exposures has nothing of ${experiment}`);
  const weights = weightsOf(given.weights, exposures);
  const outcomes = await readOutcomes(given.outcomes);
  const arms = readArms(exposures, outcomes, orderOf(exposures, weights, given.control));
  const shares = sharesOf(arms, weights);
  const figure = shares.chance === undefined ? 'nothing to compare' : `p = ${shares.chance.toPrecision(3)}`;
  say({
    kind: 'verdict',
    gate: 'shares',
    figure,
    limit: `p ≥ ${MISMATCH}, no arm without a weight`,
    passed: shares.passed,
  });
  const [inOneArm, twice] = [exposures.twice.size === 0, `${exposures.twice.size} in several arms, counted in none`];
  say({ kind: 'verdict', gate: 'one arm each', figure: twice, limit: '0', passed: inOneArm });
  const versions = [...exposures.versions];
  say({
    kind: 'result',
    text: table(HEADINGS, arms.map(row)),
    data: { experiment, arms, shares, twice: exposures.twice.size, versions },
  });
  if (shares.passed && inOneArm) return;
  throw new CommandError(
    exitCode.refused,
    'customers were not assigned as the weights say: do not decide by these rates',
  );
}

function orderOf(
  exposures: Exposures,
  weights: ReadonlyMap<string, number>,
  control: string | undefined,
): readonly string[] {
  const names = [...new Set([...weights.keys(), ...exposures.arms.keys()])].filter((name) => name !== HELD_OUT).sort();
  if (exposures.arms.has(HELD_OUT)) names.push(HELD_OUT);
  if (control !== undefined && !names.includes(control)) {
    throw usage(`--control ${control}: the arms are ${names.join(', ')}`);
  }
  const first = control ?? (names.includes('control') ? 'control' : (names[0] ?? ''));
  return [first, ...names.filter((name) => name !== first)];
}

function weightsOf(texts: readonly string[], { arms }: Exposures): ReadonlyMap<string, number> {
  if (texts.length === 0) return new Map([...arms.keys()].filter((name) => name !== HELD_OUT).map((name) => [name, 1]));
  return new Map(
    texts.map((text) => {
      const [, name = '', weight = ''] = /^([^=]+)=(\d{1,7})$/.exec(text) ?? [];
      if (name === '') throw usage(`--weights ${text}: give name=weight, as in control=1,discount=1`);
      return [name, Number(weight)];
    }),
  );
}

const HEADINGS = ['arm', 'exposed', 'converted', 'rate', '95 % (Wilson)', 'less control', '95 % (Newcombe)'];

function row({ name, exposed, converted, rate, interval, difference }: Arm): readonly string[] {
  return [
    name,
    `${exposed}`,
    `${converted}`,
    rate === undefined ? '' : percent(rate),
    interval === undefined ? '' : `${percent(interval.low)} to ${percent(interval.high)}`,
    difference === undefined ? '' : percent(difference.rate),
    difference === undefined ? '' : `${percent(difference.low)} to ${percent(difference.high)}`,
  ];
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
