/** `segment-ingest`, as people run it. */
import type { Finished } from '@segment-store/cli/child';
import { runCommand } from '../support/commands.ts';

/** Whatever its exit code, as long as it has a result. @throws Error with its last words */
export async function ingest(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const finished = await runCommand('ingest', args);
  const result = finished.events.findLast((event) => event.kind === 'result');
  if (result !== undefined) return result.data;
  throw new Error(`segment-ingest ${args[0]} ended with ${lastWords(finished)}`);
}

const lastWords = ({ exitCode, events, stderr }: Finished): string =>
  `${exitCode}: ${JSON.stringify(events.at(-1))} ${stderr}`;
