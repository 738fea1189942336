/** Requests as GoReplay records them: in files, and as lines of its middleware. */

export interface Recorded {
  readonly method: string;
  readonly target: string;
  readonly body: string;
  /** When it was recorded, in milliseconds since 1970. */
  readonly at: number;
}

const END = Buffer.from('\n🐵🙈🙉\n');
const REQUEST = '1';
/** One payload; what is larger is no question of ours. */
const MAX_BYTES = 1024 * 1024;

/** @throws RangeError for bytes that are no recording */
export async function* recordedIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Recorded> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    for (let at = rest.indexOf(END); at !== -1; at = rest.indexOf(END)) {
      const recorded = payload(rest.subarray(0, at));
      if (recorded !== undefined) yield recorded;
      rest = rest.subarray(at + END.length);
    }
    if (rest.length > MAX_BYTES) throw new RangeError(`no payload of GoReplay ends within ${MAX_BYTES} bytes`);
  }
  const last = rest.length === 0 ? undefined : payload(rest);
  if (last !== undefined) yield last;
}

/** One line of the middleware, hexadecimal; undefined for what is no request. @throws RangeError for another line */
export function recordedInLine(line: string): Recorded | undefined {
  return payload(Buffer.from(line, 'hex'));
}

/** `1 <id> <nanoseconds> <latency>`, a line break, the request as it was on the wire. */
function payload(bytes: Buffer): Recorded | undefined {
  const lineEnd = bytes.indexOf('\n');
  const [kind = '', , nanoseconds] = bytes.subarray(0, Math.max(0, lineEnd)).toString('latin1').split(' ');
  if (!/^[123]$/.test(kind)) throw new RangeError('a payload does not begin as one of GoReplay does');
  const headEnd = bytes.indexOf('\r\n\r\n', lineEnd);
  if (kind !== REQUEST || headEnd === -1) return undefined;
  const [method = '', target = ''] = bytes
    .subarray(lineEnd + 1, headEnd)
    .toString('latin1')
    .split(' ', 2);
  return { method, target, body: bytes.subarray(headEnd + 4).toString('utf8'), at: Number(nanoseconds) / 1e6 };
}
