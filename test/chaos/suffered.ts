/** Faults as they went, beside the history: with it they can be judged again, later. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault } from './fault.ts';
import { FAULTS } from './faults.ts';

/** One fault as it went. Times are of `clock.ts`. */
export interface Suffered {
  readonly fault: Fault;
  readonly from: number;
  /** It was ended, or what was killed was started again. */
  readonly endedAt: number;
  /** All was well again; undefined: never. */
  readonly wellAt?: number;
}

type Line = Omit<Suffered, 'fault'> & { readonly fault: string };

const fileOf = (folder: string): string => join(folder, 'suffered.json');

export async function writeSuffered(folder: string, all: readonly Suffered[]): Promise<void> {
  const lines: readonly Line[] = all.map((one) => ({ ...one, fault: one.fault.name }));
  await writeFile(fileOf(folder), `${JSON.stringify(lines, undefined, 2)}\n`);
}

/** @throws Error for a fault that is none of ours any more */
export async function readSuffered(folder: string): Promise<readonly Suffered[]> {
  const lines: readonly Line[] = JSON.parse(await readFile(fileOf(folder), 'utf8'));
  return lines.map((line) => {
    const fault = FAULTS.find(({ name }) => name === line.fault);
    if (fault === undefined) throw new Error(`no fault is called ${line.fault}`);
    return { ...line, fault };
  });
}
