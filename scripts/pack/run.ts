/** Programs that a check runs. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What it printed; rejects when it fails. */
export async function output(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...args], { cwd, env, timeout: 180_000 });
  return stdout;
}

export async function command(program: string, args: readonly string[], cwd: string): Promise<undefined> {
  await output(program, args, cwd);
  return undefined;
}

export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = 'stdout' in error && 'stderr' in error ? `\n${error.stdout}${error.stderr}` : '';
  return `${error.message}${said}`.trim();
}
