/** The store in a directory of this machine: LMDB, one environment per generation and one for control. */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { RunId } from '@segment-store/contract/id';
import { openBuild } from '../build.ts';
import { createErasures } from '../erasures.ts';
import { followErased } from '../follow-erased.ts';
import type { ResolvedOptions } from '../options.ts';
import { refusal } from '../refusal.ts';
import type { Store, StoreWriter } from '../store.ts';
import { createContents } from './build.ts';
import { type Control, createControl, nothingYet } from './control.ts';
import { createDocuments } from './documents.ts';
import {
  lookAtRoot,
  openGeneration,
  openRoot,
  openSealed,
  type RootEnvironment,
  removeGeneration,
} from './environment.ts';
import { createHashes } from './erased.ts';
import { createPublisher } from './publisher.ts';
import { createStoreReader } from './reader.ts';
import { lives, takeWriter } from './writers.ts';

export function openEmbedded(path: string, options: ResolvedOptions): Store {
  const directory = resolve(path);
  const { control, close } = lazyControl(directory, options.readOnly ? lookAtRoot : openRoot);
  const environment = (run: RunId) => openSealed(directory, run, options.readOnly);
  const documents = createDocuments(environment);
  const hashes = createHashes(control);
  const erasures = createErasures({
    records: control,
    documents,
    hashes,
    generations: async () => control().read((snapshot) => snapshot.generations()),
  });
  const writer: StoreWriter = {
    async build(manifest, call) {
      const leasing = { records: control(), lives, leaseMs: options.leaseMs };
      const lease = await takeWriter({ ...leasing, owner: randomUUID(), directory }, call);
      const contents = () => createContents(() => openGeneration(directory, manifest.run), lease);
      const pointer = async () => control().read((snapshot) => snapshot.live().pointer);
      const terms = { ...options, ...leasing, documents, contents, pointer, checkVacant: async () => {} };
      const bound = { ...call, signal: AbortSignal.any([call.signal, lease.lost]) };
      return openBuild(manifest, terms, bound).catch(async (error) => {
        await lease[Symbol.asyncDispose]();
        throw error;
      });
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
    erasures: {
      ...erasures,
      follow: (call) => followErased({ list: erasures.list, count: hashes.count }, options.pollMs, call),
    },
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
