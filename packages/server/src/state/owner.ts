/** A state directory is one server's: the kernel's lock on a file in it, gone with the process, however that ends. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Failure } from '@segment-store/resilience/failure';

const FILE = 'owner.sqlite';
const SQLITE_BUSY = 5;

/** Disposing lets go of it. @throws Failure HELD while another process holds it; DENIED when it cannot be written */
export function own(directory: string): Disposable {
  // Node has no lock on files; SQLite, which comes with it, has one that works between containers, too.
  const database = opened(join(directory, FILE), directory);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw refused(error, directory);
  }
  return { [Symbol.dispose]: () => database.close() };
}

function opened(file: string, directory: string): DatabaseSync {
  try {
    return new DatabaseSync(file);
  } catch (error) {
    throw refused(error, directory);
  }
}

function refused(error: unknown, directory: string): Failure {
  const isHeld = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
  if (isHeld) return new Failure('HELD', `${directory} belongs to another server that runs; give each a directory`);
  const why = error instanceof Error ? error.message : String(error);
  return new Failure('DENIED', `${directory} cannot be used: ${why}`, { cause: error });
}
