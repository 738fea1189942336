/** Whether a stream may be coloured (https://no-color.org, https://force-color.org, TERM, what it is), and how. */
import { styleText } from 'node:util';
import type { CommandEvent } from '../event.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface ColorOptions {
  /** False by `--no-color`. */
  readonly wanted: boolean;
  readonly environment: Environment;
}

export function mayColor(stream: { readonly isTTY?: boolean }, { wanted, environment }: ColorOptions): boolean {
  const { NO_COLOR = '', FORCE_COLOR, TERM } = environment;
  if (!wanted || NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return stream.isTTY === true && TERM !== 'dumb';
}

/** Whether a block may be drawn again and again: in a log every drawing would stay. */
export const mayRedraw = (stream: { readonly isTTY?: boolean }, { CI = '', TERM }: Environment): boolean =>
  stream.isTTY === true && TERM !== 'dumb' && CI === '';

const FORMATS: Partial<Record<CommandEvent['kind'], Parameters<typeof styleText>[0]>> = {
  stage: 'bold',
  note: 'dim',
  warning: 'yellow',
  item: 'yellow',
  verdict: 'yellow',
  error: 'red',
};

/** In the colour of its kind, when it may be. */
export function painted(text: string, kind: CommandEvent['kind'], color: boolean): string {
  const format = color ? FORMATS[kind] : undefined;
  return format === undefined ? text : styleText(format, text, { validateStream: false });
}
