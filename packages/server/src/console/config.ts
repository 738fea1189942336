/** What the console is told at the start. */
import { randomBytes } from 'node:crypto';
import type { Config } from '../config.ts';
import { withoutPassword } from '../without-password.ts';
import type { ConsoleConfig } from './console.ts';

/** `secret`: that of all processes of one server. Default: one of its own. */
export function consoleConfig(
  { store, redis }: Pick<Config, 'store' | 'redis'>,
  secret: Uint8Array = newSecret(),
): ConsoleConfig {
  return {
    storeFlags: storeFlags(store),
    behindMemory: redis === undefined ? 'the store' : 'Redis or the store',
    secret,
  };
}

function storeFlags({ url, prefix }: Config['store']): string {
  const store = `--store ${quoted(withoutPassword(url))}`;
  return url.startsWith('embedded:') ? store : `${store} --prefix ${prefix}`;
}

/** Of a server's sessions: they end with it. */
export const newSecret = (): Uint8Array => new Uint8Array(randomBytes(32));

/** For a shell. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
