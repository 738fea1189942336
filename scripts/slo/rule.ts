/** A rule of Prometheus, and files of them. */
import { readdir, readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { withHosts } from './hosts.ts';

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface RuleGroup {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly Rule[];
}

/** Names of the files that people write, in order. */
export async function writtenIn(folder: URL): Promise<readonly string[]> {
  const names = await readdir(folder);
  return names.filter((name) => name.endsWith('.yml') && !name.includes('.generated.')).sort();
}

export async function groupsIn(folder: URL): Promise<readonly RuleGroup[]> {
  const files: readonly { readonly groups: readonly RuleGroup[] }[] = await Promise.all(
    (await writtenIn(folder)).map(async (name) => parse(withHosts(await readFile(new URL(name, folder), 'utf8')))),
  );
  return files.flatMap(({ groups }) => groups);
}
