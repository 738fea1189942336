/** A history on disk: what happened, a line each, beside the answers of the crowd. It can be judged again, later. */
import { createReadStream, createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import type { Member } from '@segment-store/contract/lines';
import { clock } from './clock.ts';
import type { EmbeddedLookup } from './embedded.ts';
import type { Answer, Happening, History } from './history.ts';
import { Turned, truthOf } from './turned.ts';

/** As the server promises it, for erasures and roll backs. */
const BOUND_MS = 10_000;

export const answersFile = (folder: string): string => join(folder, 'answers.ndjson');
export const embeddedFile = (folder: string): string => join(folder, 'embedded.ndjson');
const happeningsFile = (folder: string): string => join(folder, 'happenings.ndjson');
const membersFile = (folder: string): string => join(folder, 'members.ndjson');

/** Without its time: that is now. */
type Untimed<Of> = Of extends Happening ? Omit<Of, 'at'> : never;

export class Recorder {
  readonly #happenings: WriteStream;

  /** `members`: of the first run, of which all others are turns. */
  constructor(folder: string, members: readonly Member[]) {
    mkdirSync(folder, { recursive: true });
    const lines = createWriteStream(membersFile(folder));
    for (const member of members) lines.write(`${JSON.stringify(member)}\n`);
    lines.end();
    this.#happenings = createWriteStream(happeningsFile(folder));
  }

  record(happening: Untimed<Happening>): void {
    this.#happenings.write(`${JSON.stringify({ ...happening, at: clock() })}\n`);
  }

  async close(): Promise<void> {
    this.#happenings.end();
    await finished(this.#happenings);
  }
}

export async function readHistory(folder: string): Promise<History> {
  const answers: Answer[] = await linesOf(answersFile(folder));
  const happenings: Happening[] = await linesOf(happeningsFile(folder));
  const members: Member[] = await linesOf(membersFile(folder));
  answers.sort((one, other) => one.answeredAt - other.answeredAt);
  happenings.sort((one, other) => one.at - other.at);
  return { answers, happenings, truth: truthOf(new Turned(members), happenings), boundMs: BOUND_MS };
}

/** What services noticed that embed the SDK. */
export const readEmbedded = (folder: string): Promise<EmbeddedLookup[]> => linesOf(embeddedFile(folder));

async function linesOf<Line>(file: string): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) lines.push(JSON.parse(line));
  return lines;
}
