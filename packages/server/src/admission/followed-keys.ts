/** The keys file as it is now: a change is followed without a restart. */
import { stat } from 'node:fs/promises';
import { slept, type Time } from '@segment-store/resilience/time';
import { type KeyEnd, keyEnds } from './key-ends.ts';
import { readKeyFile } from './key-file.ts';
import { isActive, type KeyRecord } from './key-record.ts';
import { createKeyRing } from './key-ring.ts';
import type { Recognised } from './recognised.ts';

export interface FollowDeps {
  readonly time: Time;
  readonly signal: AbortSignal;
  wallClock(): number;
  /** Other keys hold from now on. */
  onKeys(active: number): void;
  /** At first, and as often as others hold. */
  onKeyEnds(ends: readonly KeyEnd[]): void;
  /** The file cannot be used; what was read from it before holds. Once for each way it changed. */
  onTrouble(text: string): void;
}

/** Looked at, not watched: a mounted secret changes by a link that is moved, of which a watcher hears nothing. */
const LOOK_MS = 1_000;

/** Until the signal. @throws CommandError exit 2 when the file cannot be used at first */
export async function followedKeys(path: string, deps: FollowDeps): Promise<(key: string) => Recognised> {
  const seen = await printOf(path);
  const ringOf = (records: readonly KeyRecord[]) => {
    deps.onKeyEnds(keyEnds(records));
    return createKeyRing(records, deps.wallClock);
  };
  let ring = ringOf(await readKeyFile(path));
  const replace = (records: readonly KeyRecord[]) => {
    ring = ringOf(records);
    deps.onKeys(records.filter((record) => isActive(record, new Date(deps.wallClock()))).length);
  };
  void follow(path, seen, { ...deps, replace });
  return (key) => ring(key);
}

interface Following extends FollowDeps {
  replace(records: readonly KeyRecord[]): void;
}

/** Never rejects. */
async function follow(path: string, seen: string, deps: Following): Promise<void> {
  let before = seen;
  while (await slept(LOOK_MS, deps.signal, deps.time)) {
    const now = await printOf(path);
    if (now === before) continue;
    before = now;
    try {
      deps.replace(await readKeyFile(path));
    } catch (error) {
      deps.onTrouble(`${error instanceof Error ? error.message : error}; the keys read before hold`);
    }
  }
}

/** Another one for a file that was written since. */
async function printOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(path);
    return [ino, size, mtimeMs, ctimeMs].join(' ');
  } catch {
    return 'not there';
  }
}
