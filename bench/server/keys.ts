/** Keys as `segment-server keys create` makes them. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../../packages/server/src/main.ts');

export interface CallerKey {
  readonly name: string;
  readonly class: 'critical' | 'normal' | 'best-effort';
  /** Requests a second. */
  readonly rate: number;
  /** Default `read`. */
  readonly scopes?: string;
}

/** Adds it to the file, and returns what to send. */
export function createKey(file: string, { name, class: ofClass, rate, scopes = 'read' }: CallerKey): string {
  const flags = ['--keys', file, '--class', ofClass, '--rate', `${rate}`, '--scopes', scopes, '--json'];
  const said = execFileSync(process.execPath, [MAIN, 'keys', 'create', name, ...flags], { encoding: 'utf8' });
  const lines = said.trim().split('\n');
  const { data } = lines.map((line) => JSON.parse(line)).find(({ kind }) => kind === 'data');
  return data.key;
}
