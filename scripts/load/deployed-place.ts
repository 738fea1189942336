/** Servers that run somewhere: an address, keys, and a file that says who may be asked for. */
import { readFileSync } from 'node:fs';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { parseCustomerId } from '@segment-store/contract/id';
import type { Place } from './place.ts';

interface Deployed {
  readonly target: string;
  readonly key: string | undefined;
  readonly abusiveKey: string | undefined;
  readonly customers: string | undefined;
  readonly ops: string | undefined;
}

/** Of the customers file: a tool keeps them all in memory. */
const MOST_CUSTOMERS = 1_000_000;

/** @throws CommandError exit 2, naming the flag; 7 for a file of customers that is none */
export function deployedPlace({ target, key, abusiveKey, customers, ops }: Deployed): Place {
  const url = addressOf('--target', target);
  if (key === undefined) throw usage('--key is missing: --target needs the key of a caller (or set SEGMENT_LOAD_KEY)');
  if (customers === undefined) throw usage('--customers is missing: --target needs a file with a customer id a line');
  return {
    url,
    keys: { usual: checkedKey('--key', key), abusive: checkedKey('--abusive-key', abusiveKey ?? key) },
    customers: readCustomers(customers),
    ops: ops === undefined ? undefined : addressOf('--ops', ops),
    pids: { redis: [], store: [] },
    happen: undefined,
  };
}

/** Without a slash at its end. */
function addressOf(flag: string, text: string): string {
  const url = URL.parse(text);
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && `${url.search}${url.hash}${url.username}` === '';
  if (isPlain) return text.replace(/\/+$/, '');
  throw usage(`${flag} ${text}: give an address such as http://host:8080, keys by --key`);
}

/** It stands in files of lines. */
function checkedKey(flag: string, key: string): string {
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw usage(`${flag} …: a key has neither spaces nor line ends`);
}

function readCustomers(file: string): readonly string[] {
  const lines = textOf(file).split(/\r?\n/);
  const ids = lines.filter(Boolean);
  if (ids.length === 0) throw input(`${file} names no customer: write an id a line`);
  if (ids.length > MOST_CUSTOMERS) {
    throw input(`${file} names ${ids.length} customers, ${MOST_CUSTOMERS} are the most: take a sample`);
  }
  for (const [index, id] of lines.entries()) if (id !== '') checkId(id, `${file}, line ${index + 1}`);
  return ids;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw input(`${file} cannot be read: ${error instanceof Error ? error.message : error}`, error);
  }
}

function checkId(id: string, where: string): void {
  try {
    parseCustomerId(id);
  } catch (error) {
    throw input(`${where}: ${error instanceof Error ? error.message : error}`, error);
  }
}

const usage = (message: string): CommandError => new CommandError(exitCode.usage, message);
const input = (message: string, cause?: unknown): CommandError => new CommandError(exitCode.input, message, { cause });
