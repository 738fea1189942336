/** `npm run sizing`: the measured run. Loads a stack and writes what it found into the pages of `deploy/load` and `docs`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyCommand, type Context, command } from '@segment-store/cli/command';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { list } from '@segment-store/cli/list';
import { integer, type Option, optionalText, type Values } from '@segment-store/cli/option';
import type { Door } from '@segment-store/stack/door';
import { orMissing, stopStarted } from '@segment-store/stack/ending';
import { startStack } from '@segment-store/stack/stack';
import { runningStack } from '../load/stack-place.ts';
import { type Asked, askedOf } from './asked-of.ts';
import { inStores } from './in-stores.ts';
import { benchIngest } from './ingest-bench.ts';
import { keepMeasured } from './keep-measured.ts';
import { RUNS } from './runs.ts';

/** Of how fast a job loads: no load of a server. */
const INGEST = 'ingest';

type SizingOptions = {
  readonly rate: Option<number>;
  readonly stack: Option<string | undefined>;
  readonly only: Option<readonly string[]>;
};
type Given = Values<SizingOptions>;

const options: SizingOptions = {
  rate: integer({ description: 'requests a second, which some loads multiply', fallback: 200, min: 200, max: 5_000 }),
  stack: optionalText({
    description: 'folder of a running npm run stack (default: one of its own)',
    placeholder: '<dir>',
  }),
  only: list({ description: 'loads to repeat; default: all', known: [...RUNS.map(({ name }) => name), INGEST] }),
};

export const sizingCommand: AnyCommand = command({
  name: '',
  summary: [
    'The measured run: all load profiles by both tools on a stack, and what they cost, some twelve minutes. Writes tables of',
    'deploy/load/README.md and docs/sizing.md; what is not measured again stays. Let nothing else run meanwhile.',
  ].join('\n'),
  arguments: [],
  options,
  examples: ['npm run sizing', 'npm run sizing -- --only agreement,busy --rate 400'],
  run: ({ options: given }, context) => run(given, context),
});

async function run(given: Given, context: Context): Promise<void> {
  const on = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, load ${loadavg()[0]?.toFixed(1)} before`;
  context.signal.addEventListener('abort', () => void stopStarted());
  const isWanted = (name: string) => given.only.length === 0 || given.only.includes(name);
  const loaded = await load({ given, isWanted }, context);
  if (isWanted(INGEST)) {
    context.say({ kind: 'stage', stage: INGEST });
    await benchIngest(context.signal);
  }
  tell(loaded.asked, keepMeasured({ ...loaded, on }), context);
}

/** The stack is gone afterwards if it is ours: the benchmark wants the machine for itself. */
async function load(wanted: Wanted, context: Context) {
  const stack = await stackOf(wanted.given, context);
  try {
    const asked = await askAll(stack.folder, wanted, context);
    return { asked, inStores: await inStores(await stack.door.facts()) };
  } finally {
    await stack.end();
  }
}

interface Stack {
  readonly door: Door;
  readonly folder: string;
  end(): Promise<void>;
}

async function stackOf({ stack }: Given, { say }: Context): Promise<Stack> {
  if (stack !== undefined) return { door: await runningStack(stack), folder: stack, end: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), 'sizing-'));
  say({ kind: 'stage', stage: 'stack' });
  try {
    // Nobody else asks, and no calculation comes in between but the one that a profile wants.
    const started = await startStack({ folder, everyMs: 3_600_000, lookupsPerSecond: 0 });
    return {
      door: started,
      folder,
      end: () => started.stop().then(() => rm(folder, { recursive: true, force: true })),
    };
  } catch (error) {
    throw orMissing(error);
  }
}

interface Wanted {
  readonly given: Given;
  isWanted(name: string): boolean;
}

async function askAll(stack: string, { given, isWanted }: Wanted, { say, signal }: Context): Promise<readonly Asked[]> {
  const all: Asked[] = [];
  for (const one of RUNS.filter(({ name }) => isWanted(name))) {
    signal.throwIfAborted();
    say({ kind: 'stage', stage: one.name, detail: `${given.rate * one.times}/s, ${one.with}` });
    const asked = await askedOf(one, { stack, perSecond: given.rate, signal });
    for (const text of asked.remarks) say({ kind: 'warning', text: `${one.name}: ${text}` });
    all.push(asked);
  }
  return all;
}

function tell(asked: readonly Asked[], missing: readonly string[], { say }: Context): void {
  const failed = asked.filter(({ loaded }) => loaded === undefined).map(({ run: { name } }) => name);
  const text = [
    `${asked.length - failed.length} loads are in deploy/load/README.md, what they cost in docs/sizing.md.`,
    `Figures that nobody measured: ${missing.join(', ') || 'none'}.`,
  ].join(' ');
  say({ kind: 'result', text, data: { missing, failed } });
  if (failed.length > 0) throw new CommandError(exitCode.unavailable, `without result: ${failed.join(', ')}`);
}
