/** One command from its flags to its exit code: what shows it, what stops it, what its errors mean. */
import { systemClock } from './clock.ts';
import type { AnyCommand, Cli } from './command.ts';
import { resolveOptions, type Sources, settings } from './config.ts';
import type { Say } from './event.ts';
import { CommandError, type ExitCode, exitCode } from './exit-code.ts';
import { printedConfig } from './print-config.ts';
import { broadcast, type Called, type Outside, reader, watchers } from './renderers.ts';
import { sharedOptions, watchedOptions } from './shared-options.ts';
import { processSignals, stopSignal } from './signals.ts';

const DRAIN_MS = 20_000;
const HOUR_MS = 3_600_000;

const outside: Outside = {
  streams: process,
  environment: process.env,
  clock: systemClock,
  wallClock: () => Date.now(),
};

export interface Parsed {
  readonly args: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Never rejects. */
export async function runCommand(cli: Cli, one: AnyCommand, { args, flags }: Parsed): Promise<ExitCode> {
  const signal = stopSignal(processSignals);
  const called = calledAs(cli, one, flags);
  const renderers = [reader(called, outside)];
  const { say, close } = broadcast(renderers, systemClock);
  const table = { ...one.spec.options, ...sharedOptions(cli) };
  const sources: Sources = {
    file: typeof flags.config === 'string' ? flags.config : undefined,
    otherKeys: Object.keys(table),
    environment: process.env,
    environmentPrefix: cli.environmentPrefix,
    flags,
  };
  const work = async () => {
    if (flags.printConfig === true) return say(printedConfig(settings(table, sources)));
    const watched = { ...resolveOptions(watchedOptions, sources), metricsPrefix: cli.metricsPrefix };
    renderers.push(...(await watchers(called, watched, outside)));
    await one.run({ ...sources, args }, { say, signal });
  };
  const letGo = staysAlive();
  const code = await ended(work(), { say, signal, drainMs: one.spec.drainMs ?? DRAIN_MS });
  await close();
  letGo();
  return code;
}

/**
 * A command that waits to ask again has neither a connection nor a timer that holds its process: Node would end it with
 * 13, in the middle of its work. Returns how to end it.
 */
function staysAlive(): () => void {
  const staying = setInterval(() => {}, HOUR_MS);
  return () => clearInterval(staying);
}

function calledAs(cli: Cli, { spec }: AnyCommand, flags: Parsed['flags']): Called {
  return {
    program: cli.name,
    version: cli.version,
    command: spec.name,
    json: flags.json === true,
    color: flags.color !== false,
  };
}

interface Stop {
  readonly say: Say;
  readonly signal: AbortSignal;
  readonly drainMs: number;
}

async function ended(work: Promise<void>, stop: Stop): Promise<ExitCode> {
  try {
    await Promise.race([work, notDrained(stop)]);
    return exitCode.done;
  } catch (error) {
    const { text, code } = explain(error, stop.signal);
    const reason = reasonOf(error);
    stop.say({ kind: 'error', text, exitCode: code, ...(reason !== undefined && { reason }) });
    return code;
  }
}

/** Rejects `drainMs` after the first signal: whoever sent it does not wait for ever. */
function notDrained({ signal, drainMs }: Stop): Promise<never> {
  return new Promise((_, reject) => {
    const give = () => setTimeout(reject, drainMs, signal.reason).unref();
    signal.addEventListener('abort', give, { once: true });
  });
}

/** The code of the failure that a command has put into words. */
function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof CommandError) || typeof error.cause !== 'object' || error.cause === null) return undefined;
  return 'code' in error.cause && typeof error.cause.code === 'string' ? error.cause.code : undefined;
}

function explain(error: unknown, signal: AbortSignal): { readonly text: string; readonly code: ExitCode } {
  if (error instanceof CommandError) return { text: error.message, code: error.exitCode };
  if (signal.aborted) {
    return {
      text: `stopped by ${signal.reason.message}; run the same command again to go on`,
      code: exitCode.unavailable,
    };
  }
  return { text: error instanceof Error ? (error.stack ?? error.message) : String(error), code: exitCode.failed };
}
