/** Flags of `npm run load`. */
import { join } from 'node:path';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { oneOf } from '@segment-store/cli/one-of';
import { integer, type Option, optionalText, text, toFlag, type Values } from '@segment-store/cli/option';
import { duration } from '@segment-store/cli/quantity';
import { type Planned, planned, requestsOf } from './planned.ts';
import { PROFILES, type ProfileName, profileNames } from './profile.ts';

export const toolNames = ['jmeter', 'vegeta'] as const;
export type ToolName = (typeof toolNames)[number];

const root = join(import.meta.dirname, '../..');

type LoadOptions = {
  readonly profile: Option<ProfileName>;
  readonly with: Option<ToolName | 'both'>;
  readonly rate: Option<number>;
  readonly duration: Option<number>;
  readonly latency: Option<number>;
  readonly stack: Option<string>;
  readonly target: Option<string | undefined>;
  readonly key: Option<string | undefined>;
  readonly abusiveKey: Option<string | undefined>;
  readonly customers: Option<string | undefined>;
  readonly ops: Option<string | undefined>;
  readonly results: Option<string | undefined>;
  readonly write: Option<string | undefined>;
};

export const loadOptions: LoadOptions = {
  profile: oneOf({ words: profileNames, fallback: 'steady', description: 'what is asked' }),
  with: oneOf({ words: ['both', ...toolNames], fallback: 'both', description: 'who asks; both: one after the other' }),
  rate: integer({
    description: 'requests a second, before the profile multiplies it',
    fallback: 200,
    min: 1,
    max: 100_000,
  }),
  duration: duration({ description: 'of each tool, beside its lead-in', fallback: '30s' }),
  latency: duration({ description: 'by which a proxy on this machine delays every answer', fallback: '0' }),
  stack: text({
    description: 'folder of a running npm run stack, whose first server is asked',
    fallback: join(root, '.data/stack'),
    placeholder: '<dir>',
  }),
  target: optionalText({ description: 'asked instead of a stack: address of a server', placeholder: '<url>' }),
  key: optionalText({ description: 'with --target: of a caller that may read', placeholder: '<key>', secret: true }),
  abusiveKey: optionalText({
    description: 'with --target: of a caller that may a third of three times --rate',
    placeholder: '<key>',
    secret: true,
  }),
  customers: optionalText({
    description: 'with --target: customers, an id a line, most wanted first',
    placeholder: '<file>',
  }),
  ops: optionalText({ description: "with --target: address of the server's /metrics", placeholder: '<url>' }),
  results: optionalText({
    description: 'where everything measured is written (default .data/load/<profile>.json)',
    placeholder: '<file>',
  }),
  write: optionalText({
    description: 'asks nobody: writes here what a JMeter of your own needs, and says how to call it',
    placeholder: '<dir>',
  }),
};
export type Given = Values<LoadOptions>;

/** Both tools and we keep a figure or more of each request. */
const MOST_REQUESTS = 2_000_000;
/** A percentile of fewer tells nothing. */
const LEAST_REQUESTS = 100;
const ONLY_WITH_TARGET = ['key', 'abusiveKey', 'customers', 'ops'] as const;

/** What is to be asked. @throws CommandError exit 2 for flags that do not go together */
export function chosen(given: Given): readonly Planned[] {
  const phases = planned(PROFILES[given.profile], { perSecond: given.rate, durationMs: given.duration });
  for (const complaint of [...complaintsOfSize(phases, given), ...complaintsOfPlace(given)]) throw usage(complaint);
  return phases;
}

/** What is wrong, and whether it is. */
type Complaint = readonly [isSo: boolean, says: string];
const said = (complaints: readonly Complaint[]): readonly string[] =>
  complaints.flatMap(([isSo, says]) => (isSo ? [says] : []));

function complaintsOfSize(phases: readonly Planned[], { rate, duration: durationMs }: Given): readonly string[] {
  const asked = `--rate ${rate} --duration ${durationMs / 1_000}s`;
  const all = requestsOf(phases);
  const small = phases.find(({ counts, requests }) => counts && requests < LEAST_REQUESTS);
  const few = `phase ${small?.name} has ${small?.requests} requests, ${LEAST_REQUESTS} are the least`;
  return said([
    [small !== undefined, `${asked}: ${few}`],
    [all > MOST_REQUESTS, `${asked}: ${all} requests, ${MOST_REQUESTS} are the most; ask more slowly for so long`],
  ]);
}

function complaintsOfPlace(given: Given): readonly string[] {
  const { target, latency, write } = given;
  const alone = ONLY_WITH_TARGET.find((name) => given[name] !== undefined);
  return said([
    [latency > 0 && write !== undefined, '--latency is of tools that we start: leave it or --write out'],
    ...(target === undefined ? complaintsOfStack(alone) : complaintsOfTarget(given, target)),
  ]);
}

const complaintsOfStack = (alone: (typeof ONLY_WITH_TARGET)[number] | undefined): readonly Complaint[] =>
  alone === undefined ? [] : [[true, `${toFlag(alone)} goes with --target`]];

function complaintsOfTarget({ profile, latency, abusiveKey }: Given, target: string): readonly Complaint[] {
  return [
    [
      PROFILES[profile].happens !== undefined,
      `--profile ${profile} is for a stack: nobody may do that to ${target}; leave --target out`,
    ],
    [
      profile === 'abusive-key' && abusiveKey === undefined,
      '--abusive-key is missing: --profile abusive-key asks with it',
    ],
    [
      latency > 0 && !target.startsWith('http://'),
      `--latency is for http:// targets, not ${target}: behind a proxy a certificate names nobody`,
    ],
  ];
}

const usage = (message: string): CommandError => new CommandError(exitCode.usage, message);
