/** A command over a store, without a run folder. */
import type { Context } from '@segment-store/cli/command';
import { exitCode } from '@segment-store/cli/exit-code';
import type { Values } from '@segment-store/cli/option';
import { openStore } from '@segment-store/store/open';
import type { Store } from '@segment-store/store/store';
import { orUsage, withExitCode } from '../exit.ts';
import type { storeOptions } from '../options.ts';

export type Result = { readonly text: string; readonly data: Readonly<Record<string, unknown>> };

interface OnStoreOptions extends Values<typeof storeOptions> {
  readonly ilmPolicy?: string | undefined;
}

/** Shows what `work` found. What is not there was asked for in vain: refused. */
export function onStore(
  { store: url, prefix, ilmPolicy }: OnStoreOptions,
  { say, signal }: Context,
  work: (store: Store) => Promise<Result>,
): Promise<void> {
  const show = async () => {
    await using store = orUsage(() => openStore(url, { prefix, ...(ilmPolicy !== undefined && { ilmPolicy }) }));
    say({ kind: 'result', ...(await work(store)) });
  };
  return withExitCode(signal, show, { NOT_FOUND: exitCode.refused });
}
