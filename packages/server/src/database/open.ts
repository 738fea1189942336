/** `--database` → a database. */
import { resolve } from 'node:path';
import { usage } from '@segment-store/cli/exit-code';
import type { Database } from './database.ts';

const LITE = 'pglite:';

/** One that was checked. Its driver is imported here: a server without it does not pay for it. @throws CommandError exit 2 */
export async function openDatabase(url: string, onTrouble: (error: unknown) => void): Promise<Database> {
  if (!url.startsWith(LITE)) return (await import('./postgres.ts')).openPostgres(url, onTrouble);
  const directory = resolve(url.slice(LITE.length));
  return (await import('./pglite.ts')).openPglite(directory).catch((error) => {
    throw usage(`--database ${url}: the directory cannot be opened (${messageOf(error)})`);
  });
}

/** Each worker is a process of its own; PGlite is for one. @throws CommandError exit 2 */
export function checkDatabase(url: string, workers: number): void {
  if (/^postgres(ql)?:\/\/[^/]+/.test(url)) return;
  if (!url.startsWith(LITE) || url === LITE) throw usage(`--database: ${WAY}`);
  if (workers > 1)
    throw usage(`--database ${url}: PGlite is for one process, use a Postgres with --workers ${workers}`);
}

const WAY = 'give postgres://user:password@host:port/name, or pglite:<dir> for one process';

function messageOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}
