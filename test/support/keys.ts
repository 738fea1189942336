/** API keys, made by the command that people use. */
import { runCommand } from './commands.ts';

export const EVERY_SCOPE = 'read,read:members,publish,erase,admin';

/** Adds a key to the file; returns what to send. */
export async function createKey(file: string, name: string, ...flags: readonly string[]): Promise<string> {
  const { exitCode, events, stderr } = await runCommand('server', ['keys', 'create', name, '--keys', file, ...flags]);
  const made = events.find((event) => event.kind === 'data');
  if (made === undefined) throw new Error(`segment-server keys create ${name} ended with ${exitCode}: ${stderr}`);
  return `${made.data.key}`;
}
