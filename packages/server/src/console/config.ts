/** What the console is told at the start. */
import { randomBytes } from 'node:crypto';

/** With which a command of ours finds the same store: `--store embedded:./store`. Without a password. */
export function storeFlags({ url, prefix }: { readonly url: string; readonly prefix: string }): string {
  const store = `--store ${quoted(url.replace(/\/\/[^/@]*@/, '//'))}`;
  return url.startsWith('embedded:') ? store : `${store} --prefix ${prefix}`;
}

/** Of a server's sessions: they end with it. */
export const newSecret = (): Uint8Array => new Uint8Array(randomBytes(32));

/** For a shell. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./[\]-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
