/** One probe in a process of its own, with an end: it may wait for ever, or die. */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { type Probe, probes } from './probes.ts';

export const CAP_MS = 60_000;
const APART_MS = 100;
const CALLS = 20;
/** For a process to begin, on a machine where others do, too. */
const SPARE_MS = 20_000;

export interface Probed {
  /** Of the calls that ended, in milliseconds. */
  readonly ms: readonly number[];
  readonly open: number;
  /** How the first that ended did. */
  readonly ended: string;
}

/** Resolves with a promise of its end as soon as its calls have begun: others can begin then. */
export async function probing(probe: Probe, url: string): Promise<{ readonly end: Promise<Probed> }> {
  const child = fork(import.meta.filename, [`${probes.indexOf(probe)}`, url], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  await told(child, SPARE_MS);
  const end = told(child, CAP_MS + CALLS * APART_MS + SPARE_MS).finally(() => child.kill('SIGKILL'));
  end.catch(() => 'whoever awaits it hears of it');
  return { end: end.then((probed) => Object(probed)) };
}

function told(child: ChildProcess, withinMs: number): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
  const died = (code: unknown, signal: unknown) => reject(new Error(`its process ended with ${signal ?? code}`));
  child.once('exit', died).once('message', resolve);
  return promise.finally(() => {
    clearTimeout(timer);
    child.off('exit', died);
  });
}

async function run({ prepare, calls = CALLS }: Probe, url: string): Promise<void> {
  process.once('disconnect', () => process.exit());
  const call = prepare(url);
  process.send?.('begun');
  const ended: { readonly ms: number; readonly how: string }[] = [];
  const all: Promise<void>[] = [];
  for (let index = 0; index < calls; index += 1) {
    const from = performance.now();
    const end = (how: string) => void ended.push({ ms: performance.now() - from, how });
    all.push(
      answerOf(call, index).then(
        () => end('resolved'),
        (error) => end(`rejected: ${messageOf(error)}`),
      ),
    );
    await pause(APART_MS);
  }
  await Promise.race([Promise.all(all), pause(CAP_MS - APART_MS)]);
  const probed: Probed = { ms: ended.map(({ ms }) => ms), open: calls - ended.length, ended: ended[0]?.how ?? '' };
  process.send?.(probed);
}

async function answerOf(call: ReturnType<Probe['prepare']>, index: number): Promise<void> {
  await call(index);
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 60);

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  const probe = probes[Number(process.argv[2])];
  if (probe !== undefined) await run(probe, process.argv[3] ?? '');
}
