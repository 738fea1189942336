/** `--json`: one event a line on stdout. The first line carries the version; fields are only ever added. */
import type { Say, Streams } from '../event.ts';

export function lines(command: string, { stdout }: Streams): Say {
  const print = (value: unknown) => stdout.write(`${JSON.stringify(value)}\n`);
  print({ v: 1, command });
  return print;
}
