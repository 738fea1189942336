/** Requests as people paste them into Dev Tools: a method, a path, perhaps a body in JSON on the lines that follow. */

export interface ConsoleRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
}

export function parseConsole(text: string): readonly ConsoleRequest[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const starts = lines.flatMap((line, index) => (/^[A-Z]+ /.test(line) ? [index] : []));
  return starts.map((start, place) => {
    const [method = '', path = ''] = (lines[start] ?? '').split(' ');
    const body = lines.slice(start + 1, starts[place + 1]).join('\n');
    return { method, path, body: body === '' ? undefined : body };
  });
}
