/** Where mirrored requests come from: recordings, lines of GoReplay's middleware, or a port. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { CommandError, exitCode, usage } from '@segment-store/cli/exit-code';
import { aborted } from '@segment-store/cli/signals';
import type { Comparator } from './comparator.ts';
import { recordedIn, recordedInLine } from './gor.ts';
import { openMirror } from './mirror.ts';

/** Feeds the comparator until it has no more, or the signal ends it. */
export type Source = (comparator: Comparator, signal: AbortSignal) => Promise<void>;

/** @throws CommandError exit 7 for what is no recording */
export const fromFiles =
  (files: readonly string[]): Source =>
  async (comparator, signal) => {
    for (const file of files) {
      const stream = createReadStream(file);
      const plain = file.endsWith('.gz') ? stream.pipe(createGunzip()) : stream;
      stream.on('error', (error) => plain.destroy(error));
      try {
        for await (const { at, ...mirrored } of recordedIn(plain)) {
          if (signal.aborted) return;
          await comparator.takeInTurn(mirrored, at);
        }
      } catch (error) {
        throw new CommandError(exitCode.input, `--file ${file}: ${messageOf(error)}`, { cause: error });
      }
    }
  };

/** Every line goes on as it came: GoReplay replays what it reads. */
export const fromMiddleware =
  (stdin: NodeJS.ReadableStream, stdout: { write(text: string): unknown }, onTrouble: (text: string) => void): Source =>
  async (comparator, signal) => {
    for await (const line of createInterface({ input: stdin, signal })) {
      stdout.write(`${line}\n`);
      try {
        const recorded = recordedInLine(line);
        if (recorded !== undefined) comparator.take(recorded, recorded.at);
      } catch (error) {
        onTrouble(`a line of the middleware was left alone: ${messageOf(error)}`);
      }
    }
  };

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Milliseconds of a clock that goes on. */
  now(): number;
  onListening(url: string): void;
}

/** @throws CommandError exit 2 where it cannot listen */
export const fromPort =
  ({ host, port, now, onListening }: Listening): Source =>
  async (comparator, signal) => {
    const opening = openMirror({ host, port }, (mirrored) => comparator.take(mirrored, now()));
    await using mirror = await opening.catch((cause: unknown) => {
      throw usage(`--listen ${host}:${port}: ${messageOf(cause)}`, cause);
    });
    onListening(mirror.url);
    await aborted(signal);
  };

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
