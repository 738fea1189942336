/** `npm run load`: a profile of requests, asked by one tool or by both, and what became of them. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AnyCommand, type Context, command } from '@segment-store/cli/command';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { orMissing, stopStarted } from '@segment-store/stack/ending';
import { agreement, type Verdict } from './agreement.ts';
import { askedIn } from './asked.ts';
import { deployedPlace } from './deployed-place.ts';
import { jmeter, PLAN, writeInputs } from './jmeter.ts';
import { type Measured, measure } from './measure.ts';
import { chosen, type Given, loadOptions, type ToolName, toolNames } from './options.ts';
import type { Place } from './place.ts';
import { type Planned, secondsOf } from './planned.ts';
import { PROFILES } from './profile.ts';
import { type ByTool, costLine, tableOf } from './report.ts';
import { keepResults } from './results.ts';
import type { Row } from './row.ts';
import { stackPlace } from './stack-place.ts';
import type { Load, Tool } from './tool.ts';
import { vegeta } from './vegeta.ts';
import { warm } from './warm.ts';
import { wireTo } from './wire.ts';

const TOOLS: Readonly<Record<ToolName, Tool>> = { jmeter, vegeta };
/** A tool that sends later than this has measured itself. */
const LATE_MS = 10;

export const loadCommand: AnyCommand = command({
  name: '',
  summary: [
    'Asks servers for customers at a rate that waits for no answer, by JMeter, vegeta or one after the other, and shows',
    'what became of it. Latencies count from when a request was due. Both tools ask the same in the same order.',
  ].join('\n'),
  arguments: [],
  options: loadOptions,
  examples: [
    'npm run load -- --profile steady --rate 200 --duration 30s',
    'npm run load -- --profile spike --with vegeta --rate 500 --duration 5m',
    'npm run load -- --latency 20ms',
    'SEGMENT_LOAD_KEY=… npm run load -- --target http://segments.example:8080 --customers customers.txt',
  ],
  run: ({ options }, context) => run(options, context),
});

async function run(given: Given, context: Context): Promise<void> {
  const phases = chosen(given);
  context.signal.addEventListener('abort', () => void stopStarted());
  try {
    const place = await placeOf(given);
    const loadOf = (strangers: string): Load => ({
      phases,
      asked: askedIn(phases, { ...PROFILES[given.profile], customers: place.customers, strangers }),
      ...place,
    });
    if (given.write === undefined) await ask(given, { place, loadOf }, context);
    else await write(given.write, loadOf(uniqueWord()), context);
  } catch (error) {
    throw orMissing(error);
  }
}

async function placeOf({ target, stack, rate, profile, ...given }: Given): Promise<Place> {
  if (target !== undefined) return deployedPlace({ target, ...given });
  return stackPlace({ folder: stack, abusivePerSecond: profile === 'abusive-key' ? rate : undefined });
}

interface Asking {
  readonly place: Place;
  /** Each tool asks for strangers of its own: those of the one before are known to be nobody by then. */
  loadOf(strangers: string): Load;
}

const uniqueWord = (): string => Date.now().toString(36);

async function ask(given: Given, asking: Asking, context: Context): Promise<void> {
  const names = toolNames.filter((name) => given.with === 'both' || given.with === name);
  for (const name of names) await prepare(name, context);
  if (names.length > 1) await warmUp(given, asking, context);
  await using wire = await wireTo(asking.place.url, given.latency);
  const loadOf = (strangers: string): Load => ({ ...asking.loadOf(strangers), url: wire.url });
  const measured: [ToolName, Measured][] = [];
  for (const name of names) measured.push([name, await askBy(name, given, { ...asking, loadOf }, context)]);
  const verdicts = judged(measured);
  const file = given.results ?? join(import.meta.dirname, '../../.data/load', `${given.profile}.json`);
  keepResults(file, given, measured, verdicts);
  tell(measured, { verdicts, file }, context);
  for (const [name, { rows }] of measured) checkAnswered(name, rows);
  const failed = verdicts.filter(({ passed }) => !passed);
  if (failed.length > 0) throw new CommandError(exitCode.different, disagreement(failed));
}

async function prepare(name: ToolName, { say }: Context): Promise<void> {
  say({ kind: 'stage', stage: 'prepare', detail: name });
  await TOOLS[name].prepare();
}

async function warmUp({ profile }: Given, { loadOf }: Asking, { say }: Context): Promise<void> {
  if (PROFILES[profile].happens === 'empty-caches') return;
  say({ kind: 'stage', stage: 'warm', detail: 'every customer once' });
  await warm(loadOf(uniqueWord()));
}

async function askBy(name: ToolName, given: Given, asking: Asking, { say, signal }: Context): Promise<Measured> {
  const load = asking.loadOf(`${uniqueWord()}-${name}`);
  const { happens } = PROFILES[given.profile];
  say({ kind: 'stage', stage: name, detail: planOf(load.phases) });
  const measured = await measure({ tool: TOOLS[name], load, place: asking.place, happens, signal });
  if (measured.unsent > 0) say({ kind: 'warning', text: `${name} did not send ${measured.unsent} requests` });
  const lag = Math.max(...measured.rows.map(({ lagP99 }) => lagP99));
  if (lag > LATE_MS) {
    const late = `${lag.toFixed(1)} ms late for one request in a hundred`;
    const text = `${name} itself was ${late}: its figures tell of this machine`;
    say({ kind: 'warning', text });
  }
  return measured;
}

const planOf = (phases: readonly Planned[]): string =>
  `${phases.map(({ name, perSecond }) => `${name} ${perSecond}/s`).join(', ')}; ${Math.ceil(secondsOf(phases))} s`;

/** Percentiles of nothing must not pass for a good result. */
function checkAnswered(name: ToolName, rows: readonly Row[]): void {
  if (rows.some(({ statuses }) => (statuses[200] ?? 0) > 0)) return;
  const statuses = [...new Set(rows.flatMap((row) => Object.keys(row.statuses)))];
  const hint = statuses.some((status) => /^40[13]$/.test(status)) ? ': is --key one that may read?' : '';
  const text = `${name}: nothing was answered 200, only ${statuses.join(', ') || 'nothing sent'}${hint}`;
  throw new CommandError(exitCode.unavailable, text);
}

function judged(measured: ByTool): readonly Verdict[] {
  const [first, second] = measured;
  return first === undefined || second === undefined ? [] : agreement(first[1].rows, second[1].rows);
}

function disagreement(failed: readonly Verdict[]): string {
  const each = failed.map(({ what, figure, limit }) => `${what} ${figure} apart, ${limit} are the most`);
  return `the tools do not agree: ${each.join('; ')}`;
}

interface Found {
  readonly verdicts: readonly Verdict[];
  readonly file: string;
}

function tell(measured: ByTool, { verdicts, file }: Found, { say }: Context): void {
  for (const { what, ...found } of verdicts) say({ kind: 'verdict', gate: `same ${what}`, ...found });
  const costs = measured.flatMap(([name, { cost }]) => (cost === undefined ? [] : [costLine(name, cost)]));
  const text = [tableOf(measured), ...costs, `everything is in ${file}`].join('\n');
  say({ kind: 'result', text, data: { file, verdicts, tools: Object.fromEntries(measured) } });
}

async function write(folder: string, load: Load, { say }: Context): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeInputs(load, folder);
  const call = `jmeter -n -t ${PLAN} -q ${join(folder, 'load.properties')} -l ${join(folder, 'results.csv')}`;
  say({ kind: 'result', text: `${call}\nload.properties holds keys: delete it afterwards`, data: { call } });
}
