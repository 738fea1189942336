/** Which renderers show a command: what the environment and the flags say. */
import type { Clock } from './clock.ts';
import type { CommandEvent, Renderer, Streams } from './event.ts';
import { CommandError, exitCode } from './exit-code.ts';
import { heartbeat } from './heartbeat.ts';
import { measured } from './measured.ts';
import { annotations } from './render/annotations.ts';
import { mayColor, mayRedraw } from './render/color.ts';
import { lines } from './render/lines.ts';
import { log } from './render/log.ts';
import { prometheus } from './render/prometheus.ts';
import { summary } from './render/summary.ts';
import { terminal } from './render/terminal.ts';

/** Of one command, as it was called. */
export interface Called {
  readonly program: string;
  readonly version: string;
  /** Empty when the program itself is the command. */
  readonly command: string;
  readonly json: boolean;
  readonly color: boolean;
}

export interface Outside {
  readonly streams: Streams;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  wallClock(): number;
}

/** What a person or a program reads while the command runs: there from the first moment. */
export function reader({ program, command, json, color: wanted }: Called, outside: Outside): Renderer {
  const { streams, environment, clock } = outside;
  const title = [program, command].filter(Boolean).join(' ');
  if (json) return lines(title, streams);
  const look = { color: mayColor(streams.stderr, { wanted, environment }), clock };
  return mayRedraw(streams.stderr, environment) ? terminal(streams, look) : log(streams, look);
}

export interface Watched {
  /** `segment_ingest`: absent for programs that are watched otherwise. */
  readonly metricsPrefix: string | undefined;
  readonly metricsFile: string | undefined;
  readonly otlpEndpoint: string | undefined;
}

/** Those that show the same elsewhere. @throws CommandError `usage` for a place that cannot be written */
export async function watchers(called: Called, watched: Watched, outside: Outside): Promise<readonly Renderer[]> {
  const { streams, environment, clock, wallClock } = outside;
  const title = [called.program, called.command].filter(Boolean).join(' ');
  const onTrouble = (text: string) => streams.stderr.write(`warning: ${text}\n`);
  const found: Renderer[] = [];
  if (environment.GITHUB_ACTIONS === 'true') found.push(annotations(streams, title));
  const file = environment.GITHUB_STEP_SUMMARY ?? '';
  if (file !== '') found.push(summary({ file, title, log: runUrl(environment), clock, onTrouble }));
  const { metricsPrefix: prefix, metricsFile: path } = watched;
  if (prefix === undefined) return found;
  if (path !== undefined) {
    found.push(orUsage(`--metrics-file ${path}`, () => prometheus({ path, prefix, clock, wallClock, onTrouble })));
  }
  const endpoint = watched.otlpEndpoint ?? (environment.OTEL_EXPORTER_OTLP_ENDPOINT || undefined);
  if (endpoint !== undefined) {
    const { otlp } = await import('./render/otlp.ts'); // 100 ms of libraries that most runs do without
    found.push(
      orUsage(`--otlp-endpoint ${endpoint}`, () => otlp({ ...called, endpoint, prefix, clock, wallClock, onTrouble })),
    );
  }
  return found;
}

function runUrl({ GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID }: Outside['environment']): string | undefined {
  if (GITHUB_SERVER_URL === undefined || GITHUB_REPOSITORY === undefined) return undefined;
  return `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
}

function orUsage<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new CommandError(exitCode.usage, `${what}: ${error instanceof Error ? error.message : error}`);
  }
}

/** One stream for all: what is measured and what is awaited is the same everywhere. */
export function broadcast(renderers: readonly Renderer[], clock: Clock): Renderer {
  const all = {
    say: (event: CommandEvent) => {
      for (const { say } of renderers) say(event);
    },
    close: async () => {
      await Promise.all(renderers.map((one) => one.close()));
    },
  };
  const { say, close } = heartbeat(all, clock);
  return { say: measured(say, clock), close };
}
