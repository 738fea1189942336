/** The store in a directory of this machine: LMDB, one environment per generation and one for control. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { RunId } from '@segment-store/contract/id';
import { openBuild } from '../build.ts';
import { held } from '../lease.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Holder } from '../records.ts';
import { refusal } from '../refusal.ts';
import type { Store, StoreWriter } from '../store.ts';
import { createContents } from './build.ts';
import { type Control, createControl, nothingYet } from './control.ts';
import {
  lookAtRoot,
  openGeneration,
  openRoot,
  openSealed,
  type RootEnvironment,
  removeGeneration,
} from './environment.ts';
import { createPublisher } from './publisher.ts';
import { createStoreReader } from './reader.ts';

export function openEmbedded(path: string, options: ResolvedOptions): Store {
  const directory = resolve(path);
  const { control, close } = lazyControl(directory, options.readOnly ? lookAtRoot : openRoot);
  const environment = (run: RunId) => openSealed(directory, run, options.readOnly);
  const writer: StoreWriter = {
    async build(manifest, call) {
      checkOneWriter(control(), manifest.run);
      const contents = async () => createContents(openGeneration(directory, manifest.run));
      return openBuild(manifest, { records: control(), contents, lives, ...options }, call);
    },
  };
  return {
    url: `embedded:${directory}`,
    reader: createStoreReader({ control, environment, pollMs: options.pollMs }),
    writer,
    publisher: createPublisher({
      control,
      lives,
      environment,
      removeDocuments: (run) => removeGeneration(directory, run),
    }),
    [Symbol.asyncDispose]: close,
  };
}

/** Opened at the first use, by whoever needs it first. */
function lazyControl(
  directory: string,
  open: (directory: string) => RootEnvironment | undefined,
): { control(): Control; close(): Promise<void> } {
  let opened: { readonly root: RootEnvironment; readonly control: Control } | undefined;
  let isClosed = false;
  const control = () => {
    if (isClosed) throw refusal('UNAVAILABLE', `the store in ${directory} was closed: open it again`);
    if (opened === undefined) {
      const root = open(directory);
      if (root === undefined) return nothingYet;
      opened = { root, control: createControl(root) };
    }
    return opened.control;
  };
  const close = async () => {
    isClosed = true;
    await opened?.root.close();
    opened = undefined;
  };
  return { control, close };
}

/** One process writes: its builds of other runs stand in the way of ours. */
function checkOneWriter(control: Control, run: RunId): void {
  const others = control.read((snapshot) => snapshot.generations()).filter((record) => record.run !== run);
  for (const { run: other, holder } of others) {
    const isElsewhere = holder !== undefined && (holder.pid !== process.pid || !isHere(holder));
    if (isElsewhere && Date.parse(holder.until) > Date.now() && lives(holder)) throw held(other, holder);
  }
}

const isHere = ({ host }: Holder): boolean => host === hostname();

/** A process of another user answers EPERM: it lives. Of one on another host only its lease can tell. */
function lives(holder: Holder): boolean {
  if (!isHere(holder)) return true;
  try {
    return process.kill(holder.pid, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
