/** Reads and changes the keys file: whole or not at all, for its owner's eyes, one writer at a time. */
import { type FileHandle, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { FormatError } from '@segment-store/contract/id';
import { type KeyRecord, parseKeyFile, printKeyFile } from './key-record.ts';

/** @throws CommandError exit 2 for a file that is none */
export async function readKeyFile(path: string): Promise<readonly KeyRecord[]> {
  try {
    return parseKeyFile(await readFile(path), path);
  } catch (error) {
    throw refused(error, path);
  }
}

/** Follows a link, so that what it points to is replaced. @throws CommandError exit 2, 5 while another command writes */
export async function changeKeyFile(
  path: string,
  change: (records: readonly KeyRecord[]) => readonly KeyRecord[],
): Promise<void> {
  const file = await realpath(path).catch(() => path);
  const draft = `${file}.new`;
  const handle = await opened(draft, path);
  try {
    const records = change(await recordsOrNone(file, path));
    await using writing = handle;
    await writing.writeFile(printKeyFile(records));
    await writing.sync();
  } catch (error) {
    await handle.close();
    await rm(draft, { force: true });
    throw error;
  }
  await rename(draft, file);
  await using directory = await open(dirname(file), 'r');
  await directory.sync();
}

/** The draft is the lock, too: it can be made once only. */
async function opened(draft: string, path: string): Promise<FileHandle> {
  try {
    return await open(draft, 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      throw new CommandError(exitCode.usage, `--keys ${path}: there is no directory ${dirname(draft)}; make it first`);
    }
    if (codeOf(error) !== 'EEXIST') throw refused(error, path);
    const way = `try again; if none runs, it was left by one that was killed: remove ${draft}`;
    throw new CommandError(exitCode.held, `--keys ${path}: another command is changing it; ${way}`);
  }
}

async function recordsOrNone(file: string, path: string): Promise<readonly KeyRecord[]> {
  try {
    return parseKeyFile(await readFile(file), path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw refused(error, path);
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; `segment-server keys create <name> --keys <file>` makes one',
  EACCES: 'this user may not',
  EISDIR: 'is a directory, expected a file',
  ENOTDIR: 'what should be its directory is a file',
};

function refused(error: unknown, path: string): unknown {
  if (error instanceof FormatError)
    return new CommandError(exitCode.usage, `--keys ${error.message}`, { cause: error });
  const reason = reasons[`${codeOf(error)}`];
  return reason === undefined ? error : new CommandError(exitCode.usage, `--keys ${path}: ${reason}`, { cause: error });
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
