/** The directory of an embedded store: `store.json` names its format. */
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { refusal } from '../refusal.ts';
import { codeOf, guarded } from './guarded.ts';

const SCHEMA = 'segment-store/embedded/';
const FORMAT = 1;
const FORMAT_FILE = 'store.json';

/** Made when it is not there; refused when it is of another format, or nobody's. */
export function prepareDirectory(directory: string): void {
  guarded(directory, () => {
    makeDirectory(directory);
    checkOurs(directory);
  });
  checkFormat(directory, readFormat(directory));
}

function checkOurs(directory: string): void {
  const names = readdirSync(directory);
  if (names.some((name) => name.startsWith(FORMAT_FILE)) || names.length === 0) return;
  throw refusal('UNSUPPORTED', `${directory} is no segment store but holds ${names[0]}: name an empty directory`);
}

/** False where nothing is yet, and nothing is made; refused like `prepareDirectory`. */
export function isStore(directory: string): boolean {
  const text = guarded(directory, () => {
    if (statSync(directory, { throwIfNoEntry: false }) === undefined) return undefined;
    checkOurs(directory);
    return readIfThere(join(directory, FORMAT_FILE));
  });
  if (!text) return false;
  checkFormat(directory, text);
  return true;
}

/** Node's own recursive `mkdir` never ends where a parent takes no children, as in /proc. */
export function makeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(path) !== path) makeDirectory(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have come first.
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

/** Written once, whole or not at all, also when several processes come first. */
function readFormat(directory: string): string {
  const path = join(directory, FORMAT_FILE);
  return guarded(path, () => {
    const text = readIfThere(path);
    // Empty: a power cut came before its content.
    if (text) return text;
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify({ schema: `${SCHEMA}${FORMAT}` })}\n`, { flush: true });
    try {
      if (text === undefined) linkSync(draft, path);
      else renameSync(draft, path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    syncDirectory(directory);
    return readFileSync(path, 'utf8');
  });
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function checkFormat(directory: string, text: string): void {
  const found = /"schema"\s*:\s*"segment-store\/embedded\/(\d{1,9})"/.exec(text)?.[1];
  if (Number(found) === FORMAT) return;
  const what = found === undefined ? `holds a ${FORMAT_FILE} that names no format` : `has format ${found}`;
  throw refusal('UNSUPPORTED', `${directory} ${what}, this version reads ${FORMAT}: use the version that wrote it`);
}

function readIfThere(path: string): string | undefined {
  const file = openIfThere(path);
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

export function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
