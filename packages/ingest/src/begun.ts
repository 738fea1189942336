import type { Context } from '@segment-store/cli/command';

/** First of all: the clients of stores and buckets take most of a second to be read from disk. */
export function sayBegun(folder: string, { say }: Context): void {
  say({ kind: 'stage', stage: 'check', ...shown(folder) });
}

/** Where an @ is, a secret may stand before it. */
export const shown = (folder: string): { readonly detail?: string } => (folder.includes('@') ? {} : { detail: folder });
