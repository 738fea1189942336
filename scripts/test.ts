/**
 * `npm test`: every check and every test, against real servers that it starts and stops.
 * `--only <step>` runs one step or one group of them, `--long` adds the long tests.
 */
import { parseArgs } from 'node:util';
import { stopAll } from '@segment-store/services/leashed';
import { memoryFolder } from '@segment-store/services/memory';
import { type Started, serviceNames, startNamed } from '@segment-store/services/named';
import { MissingTool, stopTools } from '@segment-store/services/tool';
import { type Outcome, runStep, type Step } from './test-step.ts';

/** Most are one thread, so two fill two cores; a Vitest project does so alone. */
const CHECKS_AT_ONCE = 2;
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

const steps: readonly Step[] = [
  { name: 'format and lint', group: 'check', command: ['biome', 'ci', '--colors=off', '.'] },
  { name: 'types', group: 'check', command: ['tsc', '-p', '.'] },
  { name: 'arrows', group: 'check', command: ['node', 'scripts/check-arrows.ts'] },
  { name: 'shape', group: 'check', command: ['node', 'scripts/check-shape.ts'] },
  { name: 'words', group: 'check', command: ['node', 'scripts/check-words.ts'] },
  { name: 'licences', group: 'check', command: ['node', 'scripts/check-licences.ts'] },
  { name: 'snippets', group: 'check', command: ['node', 'scripts/check-snippets.ts'] },
  { name: 'reference', group: 'check', command: ['typedoc', '--options', 'packages/sdk', '--emit', 'none'] },
  { name: 'generated', group: 'check', command: ['node', 'scripts/generate.ts', '--check'] },
  { name: 'dead code', group: 'check', command: ['knip'] },
  // Alone: what the server does every ten milliseconds would count as the call's, when all calls are as slow.
  { name: 'walk', group: 'check', command: ['node', 'scripts/check-walk.ts'], alone: true },
  { name: 'unit', group: 'test', project: 'unit', servers: false },
  { name: 'services', group: 'test', project: 'services', servers: false },
  { name: 'store', group: 'test', project: 'store', servers: true },
  { name: 'contract', group: 'test', project: 'contract', servers: true },
  { name: 'e2e', group: 'test', project: 'e2e', servers: true },
  { name: 'examples', group: 'test', project: 'examples', servers: true },
  { name: 'deploy', group: 'test', project: 'deploy', servers: true },
  { name: 'browser', group: 'test', project: 'browser', servers: false },
  { name: 'pack', group: 'test', command: ['node', 'scripts/check-pack.ts'] },
];
const longSteps: readonly Step[] = [
  { name: 'pack everywhere', group: 'test', command: ['node', 'scripts/check-pack.ts', '--long'] },
  { name: 'chaos', group: 'test', command: ['node', 'test/chaos/main.ts'] },
  { name: 'stack', group: 'test', project: 'stack', servers: false, limitMs: 2 * 3600_000 },
  { name: 'long', group: 'test', project: 'long', servers: true, limitMs: 6 * 3600_000 },
  { name: 'load', group: 'test', project: 'load', servers: false, limitMs: 3600_000 },
];

/** Set by the first signal; nothing new starts after it. */
let interrupted = false;
for (const [signal, code] of Object.entries(exitCodes)) process.on(signal, () => void interrupt(code));
await main().catch(async (error: Error) => {
  if (!interrupted) await exit(1, error.stack ?? error.message);
});

async function main(): Promise<void> {
  const chosen = choose(process.argv.slice(2));
  if (typeof chosen === 'string') return exit(2, chosen);
  if (!chosen.some((step) => longSteps.includes(step))) await stayOffDisk();
  const servers = chosen.some(needsServers) ? startServers() : Promise.resolve([]);
  // Lacking a tool ends everything at once, whatever is running: nothing is skipped.
  servers.catch((error) => (error instanceof MissingTool && !interrupted ? exit(2, error.message) : undefined));
  const [beside, alone] = [chosen.filter(isBeside), chosen.filter((step) => !isBeside(step))];
  const outcomes = [...(await runAll(beside, servers, CHECKS_AT_ONCE)), ...(await runAll(alone, servers, 1))];
  if (interrupted) return;
  const used = await servers.then(reportUse, () => []);
  const passed = sum(outcomes.map((outcome) => outcome.passed));
  const failed = sum(outcomes.map((outcome) => outcome.failed)) + used.filter((count) => count === 0).length;
  await stopAll({ keepLog: failed > 0 });
  process.stdout.write(`${passed} passed, ${failed} failed\n`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}

/** Servers and steps write their files to memory. Not the long steps: theirs need not fit. Who sets TMPDIR has chosen. */
async function stayOffDisk(): Promise<void> {
  const folder = await memoryFolder();
  if (folder !== undefined) process.env.TMPDIR ??= folder;
}

function choose(args: string[]): readonly Step[] | string {
  const options = { only: { type: 'string' }, long: { type: 'boolean' } } as const;
  try {
    const { only, long } = parseArgs({ args, options }).values;
    const all = long ? [...steps, ...longSteps] : steps;
    const chosen = all.filter(({ name, group }) => only === undefined || only === name || only === group);
    const names = new Set(all.flatMap(({ group, name }) => [group, name]));
    return chosen.length > 0 ? chosen : `--only ${only} is no step: one of ${[...names].join(', ')}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function isBeside(step: Step): boolean {
  return step.group === 'check' && !('alone' in step);
}

function needsServers(step: Step): boolean {
  return 'servers' in step && step.servers;
}

interface Server extends Started {
  /** Its count before the first test, so that what getting ready took is not mistaken for use. */
  readonly requestsBefore: number;
}

function startServers(): Promise<Server[]> {
  return Promise.all(
    serviceNames.map(async (name) => {
      const started = await startNamed(name);
      return { ...started, requestsBefore: await started.service.requestCount() };
    }),
  );
}

/** `atOnce` at a time, begun in their order. */
async function runAll(chosen: readonly Step[], servers: Promise<Server[]>, atOnce: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const rest = chosen.values();
  const work = async () => {
    for (const step of rest) {
      if (interrupted) return;
      outcomes.push(await run(step, servers));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcomes;
}

async function run(step: Step, servers: Promise<Server[]>): Promise<Outcome> {
  if (process.stdout.isTTY) process.stdout.write(`      ${step.name} …\r`);
  const outcome = await attempt(step, servers);
  const { passed, failed, seconds, output } = outcome;
  if (interrupted) return outcome;
  const counts = `${passed} passed${failed > 0 ? `, ${failed} failed` : ''}`;
  const verdict = failed > 0 ? 'FAIL' : 'ok  ';
  process.stdout.write(`${verdict}  ${step.name.padEnd(16)} ${counts.padEnd(24)} ${seconds.toFixed(1)} s\n`);
  if (output) process.stdout.write(`${output.replaceAll(/^/gm, '    ')}\n`);
  return outcome;
}

/** A step that cannot run has failed. */
async function attempt(step: Step, servers: Promise<Server[]>): Promise<Outcome> {
  try {
    const started = needsServers(step) ? await servers : [];
    return await runStep(step, Object.assign({}, ...started.map(({ environment }) => environment)));
  } catch (error) {
    return { passed: 0, failed: 1, seconds: 0, output: error instanceof Error ? error.message : String(error) };
  }
}

/** What the servers say about themselves; a server that no test spoke to is a failure. */
function reportUse(servers: readonly Server[]): Promise<number[]> {
  return Promise.all(
    servers.map(async ({ service, requestsBefore }) => {
      const requests = (await service.requestCount()) - requestsBefore;
      process.stdout.write(
        `${service.name} ${await service.version()} answered ${requests} requests, by its own count\n`,
      );
      return requests;
    }),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

async function interrupt(code: number): Promise<void> {
  if (interrupted) process.exit(code);
  interrupted = true;
  stopTools();
  await stopAll();
  process.exit(code);
}

async function exit(code: number, message: string): Promise<void> {
  process.stderr.write(`${message}\n`);
  interrupted = true;
  stopTools();
  await stopAll({ keepLog: true });
  process.exit(code);
}
