/** Programs that listen and say where, as the examples do. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

export interface Listening {
  readonly url: string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** A Node program that prints `listening on <url>`, on a free port. */
export async function startProgram(file: string, environment: Readonly<Record<string, string>>): Promise<Listening> {
  const env = { ...process.env, PORT: '0', ...environment };
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const complaint = text(child.stderr);
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /^listening on (.*)/.exec(line) ?? [];
    if (url !== undefined) return { url, stop: () => stopped(child) };
  }
  throw new Error(`${file} ended before it listened: ${await complaint}`);
}

async function stopped(child: ChildProcess): Promise<number | null> {
  const ended = once(child, 'close');
  child.kill('SIGTERM');
  const [code] = await ended;
  return code;
}
