/** Outputs as they may stand in a page: parts of the stack by name, no keys, no folders of this machine. */
import type { Facts } from '@segment-store/stack/door';

/** What is to be shown in place of what, in this order. */
export type Replacements = readonly (readonly [text: string, shown: string])[];

export function replacementsOf({ parts, ops, keys, folder }: Facts, scratch: string): Replacements {
  const root = new URL('../..', import.meta.url).pathname;
  const urls = Object.entries(parts).map(([name, { url }]) => [url, `http://${name}`] as const);
  return [
    ...Object.entries(keys).map(([name, key]) => [key, `<key of ${name}>`] as const),
    ...Object.entries(ops).map(([name, url]) => [url, `http://${name}-ops`] as const),
    ...urls.filter(([url]) => /^http/.test(url)),
    [`${scratch}/`, ''],
    [`${folder}/`, ''],
    [root, ''],
  ];
}

export const replaced = (text: string, all: Replacements): string =>
  all.reduce((before, [wanted, shown]) => (wanted === '' ? before : before.replaceAll(wanted, shown)), text);
