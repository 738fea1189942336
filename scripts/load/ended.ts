/** A program that is run to its end, on a leash: neither it nor its folder, which may hold keys, outlives us. */
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { type Command, Leashed } from '@segment-store/services/leashed';

interface Program<Result> {
  /** Names its log. */
  readonly name: string;
  readonly withinMs: number;
  /** `folder` is its own, empty. */
  command(folder: string): Promise<Command>;
  /** What it left in the folder. */
  read(folder: string): Promise<Result>;
}

const SHOWN_LINES = 20;

/** @throws CommandError with the end of its log unless it ends with 0 and in time */
export async function ended<Result>({ name, withinMs, command, read }: Program<Result>): Promise<Result> {
  const leashed = await Leashed.start(name, command);
  let keepLog = true;
  try {
    const exit = await leashed.ended(withinMs);
    const became = exit === undefined ? `did not end within ${Math.round(withinMs / 1_000)} s` : `ended with ${exit}`;
    if (exit !== '0') throw await failure(leashed, became);
    const result = await read(leashed.folder);
    keepLog = false;
    return result;
  } finally {
    await leashed.end({ keepLog });
  }
}

async function failure(leashed: Leashed, became: string): Promise<CommandError> {
  const end = (await leashed.log()).trim().split('\n').slice(-SHOWN_LINES).join('\n');
  return new CommandError(exitCode.failed, `${leashed.name} ${became}; log ${leashed.logFile}:\n${end}`);
}
