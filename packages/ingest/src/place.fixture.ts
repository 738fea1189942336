/** Places of their own for tests: a run folder and an embedded store, and what that store serves. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyCommand } from '@segment-store/cli/command';
import type { CommandEvent } from '@segment-store/cli/event';
import { CommandError } from '@segment-store/cli/exit-code';
import { parseRunId, type RunId } from '@segment-store/contract/id';
import { parseMemberLine } from '@segment-store/contract/lines';
import { unlimited } from '@segment-store/resilience/operation';
import { openStore } from '@segment-store/store/open';
import { type RunFiles, writeRun } from '../../../test/support/run-folder.ts';

export const run: RunId = parseRunId('20260131t040000z');

export const member = (id: string, ...segments: string[]): string =>
  JSON.stringify({ customer_id: id, segment_ids: segments });

/** Of a good run: two customers each. */
export const parts: readonly (readonly string[])[] = [
  [member('c1', 'a', 'b'), member('c2', 'a')],
  [member('c3', 'b', 'a'), member('c4', 'b')],
];

export interface Places extends AsyncDisposable {
  readonly root: string;
  /** A run folder with these files, and an embedded store of its own. */
  place(files: RunFiles): Promise<{ readonly folder: string; readonly store: string }>;
}

export async function createPlaces(): Promise<Places> {
  const root = await mkdtemp(join(tmpdir(), 'ingest-test-'));
  let places = 0;
  return {
    root,
    async place(files) {
      const own = join(root, `${++places}`);
      return { folder: await writeRun(join(own, run), files), store: `embedded:${join(own, 'store')}` };
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}

export interface Served {
  readonly run: RunId;
  readonly members: readonly unknown[];
}

/** The ids of the live generation's members among `ids`, with their segments. */
export async function served(url: string, ids: readonly string[]): Promise<Served> {
  await using store = openStore(url);
  const { generation } = await store.publisher.live();
  await using reader = await store.reader.open(generation.run, unlimited);
  const lines = ids.map((id) => parseMemberLine(Buffer.from(member(id))).customerId);
  const members = await reader.read(lines, unlimited);
  return {
    run: generation.run,
    members: members.map((one) => (one.status === 'fulfilled' ? one.value?.segmentIds : one)),
  };
}

export interface Ended {
  readonly exitCode: number;
  /** Everything it said, and how it failed. */
  readonly said: string;
  readonly events: readonly CommandEvent[];
}

/** A command in this process. */
export async function ended(
  command: AnyCommand,
  args: readonly string[],
  flags: Readonly<Record<string, unknown>>,
): Promise<Ended> {
  const events: CommandEvent[] = [];
  const context = { say: (event: CommandEvent) => void events.push(event), signal: new AbortController().signal };
  const given = { args, flags, environmentPrefix: 'INGEST_TEST' };
  const failure = await command.run(given, context).catch((error: Error) => error);
  const said = events.flatMap((event) => ('text' in event ? [event.text] : []));
  if (failure === undefined) return { exitCode: 0, said: said.join('\n'), events };
  const exitCode = failure instanceof CommandError ? failure.exitCode : 1;
  return { exitCode, said: [...said, failure.message].join('\n'), events };
}
