/**
 * One line of JSON for a request that tells something: every error, everything slow, a sample of the rest. Route and key
 * id stand in it; no path, no query, no id of a customer.
 */
import { type DestinationStream, destination, pino, stdTimeFunctions } from 'pino';
import { type Answered, classOf, keyOf, type Watch } from './measured.ts';

const SLOW_SECONDS = 0.05;
/** A write for each line would cost a request more than its line. */
const BUFFERED = { sync: false, minLength: 4_096, periodicFlush: 1_000 };
/** A flood of errors must not become a flood of lines. */
const LINES_A_SECOND = 100;

export interface RequestLogOptions {
  /** Of requests that are neither errors nor slow, from 0 to 1. */
  readonly sample: number;
  readonly destination: DestinationStream;
  /** In every line. */
  readonly base: Readonly<Record<string, string | number>>;
  /** Milliseconds; default the system's. */
  now?(): number;
}

export function createRequestLog({
  sample,
  destination,
  base,
  now = performance.now.bind(performance),
}: RequestLogOptions): Watch {
  const formatters = { level: (level: string) => ({ level }) };
  const log = pino({ base, formatters, timestamp: stdTimeFunctions.isoTime }, destination);
  const room = createRoom(now, (leftOut) => log.warn({ leftOut }, 'lines were left out'));
  return {
    route:
      ({ method, template }) =>
      (answered) => {
        const weight = weightOf(answered, sample);
        if (weight === 0 || !room()) return;
        const { status, seconds } = answered;
        const line = {
          method,
          route: template,
          status,
          ms: Math.round(seconds * 1e6) / 1e3,
          class: classOf(answered),
          key: keyOf(answered),
        };
        log[status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info'](
          { ...line, ...(weight > 1 && { weight }) },
          'request',
        );
      },
  };
}

/** How many requests a line stands for; 0 for none. */
function weightOf({ status, seconds }: Answered, sample: number): number {
  if (status >= 400 || seconds > SLOW_SECONDS) return 1;
  return Math.random() < sample ? Math.round(1 / sample) : 0;
}

/** Whether there is room for one more line in this second; what had none is told in the next one that has. */
function createRoom(now: () => number, tell: (leftOut: number) => void): () => boolean {
  let second = 0;
  let lines = 0;
  return () => {
    const current = Math.floor(now() / 1_000);
    if (current !== second) {
      if (lines > LINES_A_SECOND) tell(lines - LINES_A_SECOND);
      [second, lines] = [current, 0];
    }
    lines += 1;
    return lines <= LINES_A_SECOND;
  };
}

/** Not blocked by a reader that does not read. Undefined on a terminal: there people watch what the server says. */
export function stderrLines(): (DestinationStream & { flushSync(): void }) | undefined {
  return process.stderr.isTTY === true ? undefined : destination({ dest: 2, ...BUFFERED });
}
