/** `--json`: one event a line on stdout, as event.schema.json says. The first line carries the version. */
import type { Renderer, Streams } from '../event.ts';

export function lines(command: string, { stdout }: Pick<Streams, 'stdout'>): Renderer {
  const print = (value: unknown) => stdout.write(`${JSON.stringify(value)}\n`);
  print({ v: 1, command });
  return { say: print, close: async () => {} };
}
