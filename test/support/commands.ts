/** The commands of this repository, run as people run them: processes and flags. */
import { fileURLToPath } from 'node:url';
import { type Child, type Finished, startCommand } from '@segment-store/cli/child';

type Environment = Readonly<Record<string, string>>;
export type CommandName = 'compute' | 'ingest' | 'rollout' | 'server';

export const mainOf = (name: CommandName): string =>
  fileURLToPath(new URL(`../../packages/${name}/src/main.ts`, import.meta.url));

export const runCommand = (
  name: CommandName,
  args: readonly string[],
  environment: Environment = {},
): Promise<Finished> => startCommand(mainOf(name), args, { environment }).finished;

/** The data of the result of a command that must end well. */
export async function resultOf(...[name, args, environment]: Parameters<typeof runCommand>): Promise<Data> {
  const { exitCode, events, stderr } = await runCommand(name, args, environment);
  const result = events.findLast((event) => event.kind === 'result');
  if (exitCode === 0 && result !== undefined) return result.data;
  throw new Error(`segment-${name} ${args[0]} ended with ${exitCode}: ${JSON.stringify(events.at(-1))} ${stderr}`);
}
type Data = Readonly<Record<string, unknown>>;

export interface RunningServer {
  readonly url: string;
  readonly until: Child['until'];
  readonly process: Child['process'];
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** A server on a free port that has come to `stage`: by default it answers already. */
export async function startServer(args: readonly string[], stage = 'serving'): Promise<RunningServer> {
  const child = startCommand(mainOf('server'), [...args, '--port', '0']);
  await child.until((event) => event.kind === 'stage' && event.stage === stage);
  const listening = await child.until((event) => event.kind === 'result');
  return {
    url: listening.kind === 'result' ? `${listening.data.url}` : '',
    until: child.until,
    process: child.process,
    async stop() {
      child.process.kill('SIGTERM');
      return (await child.finished).exitCode;
    },
  };
}
