/** Control records in the root environment, and the pointer to the live generation. */
import { genesis } from '../generation.ts';
import type { Pointer } from '../publication.ts';
import { type GenerationRecord, generationKey, type Key, type Records, type Versioned } from '../records.ts';
import type { RootEnvironment, Texts, WritableTexts } from './environment.ts';

interface ErasedRecord {
  readonly hash: string;
  readonly at: string;
}

export interface Snapshot {
  get<T>(key: Key<T>): T | undefined;
  live(): { readonly pointer: Pointer; readonly record: GenerationRecord };
  generations(): readonly GenerationRecord[];
  /** Hashes of erased customers. */
  erased(): readonly string[];
}

export interface Transaction extends Snapshot {
  put<T>(key: Key<T>, value: T): void;
  remove(key: Key<unknown>): void;
}

export interface Control extends Records {
  read<T>(work: (snapshot: Snapshot) => T): T;
  /** What the compare-and-set of other databases needs several steps for. */
  transaction<T>(work: (transaction: Transaction) => T): T;
}

export const erasedKey = (hash: string): Key<ErasedRecord> => ({ id: `erased:${hash}` });
export const LIVE: Key<Pointer> = { id: 'live' };
const first: Pointer = { run: genesis.run, epoch: 0, floor: 0 };

export function createControl(root: RootEnvironment): Control {
  return {
    async get(key) {
      return root.read((texts) => versioned(texts, key));
    },
    async getMany(keys) {
      return root.read((texts) => keys.map((key) => versioned(texts, key)));
    },
    async put(key, { value, version }) {
      return root.transaction((texts) => {
        if (versioned(texts, key)?.version !== version) return undefined;
        return put(texts, key, value);
      });
    },
    async remove(keys) {
      root.transaction((texts) => {
        for (const { id } of keys) texts.remove(id);
      });
    },
    async removeAt(key, version) {
      return root.transaction((texts) => {
        if (versioned(texts, key)?.version !== version) return false;
        texts.remove(key.id);
        return true;
      });
    },
    read: (work) => root.read((texts) => work(snapshotOf(texts))),
    transaction: (work) => root.transaction((texts) => work(transactionOf(texts))),
  };
}

const noTexts: WritableTexts = { get: () => undefined, startingWith: () => [], put() {}, remove() {} };

/** Of a store that is only looked at and that nobody has made yet. */
export const nothingYet: Control = createControl({
  read: (work) => work(noTexts),
  transaction: (work) => work(noTexts),
  async close() {},
});

function snapshotOf(texts: Texts): Snapshot {
  const get = <T>(key: Key<T>) => versioned(texts, key)?.value;
  return {
    get,
    live() {
      const pointer = get(LIVE) ?? first;
      return { pointer, record: get(generationKey(pointer.run)) ?? genesis };
    },
    generations: () => texts.startingWith('gen:').map((text) => parse<GenerationRecord>(text).value),
    erased: () => texts.startingWith('erased:').map((text) => parse<ErasedRecord>(text).value.hash),
  };
}

function transactionOf(texts: WritableTexts): Transaction {
  return {
    ...snapshotOf(texts),
    put: (key, value) => void put(texts, key, value),
    remove: ({ id }) => texts.remove(id),
  };
}

function versioned<T>(texts: Texts, { id }: Key<T>): Versioned<T> | undefined {
  const text = texts.get(id);
  return text === undefined ? undefined : parse<T>(text);
}

function put<T>(texts: WritableTexts, key: Key<T>, value: T): string {
  const version = String(Number(versioned(texts, key)?.version ?? 0) + 1);
  texts.put(key.id, JSON.stringify({ version, value }));
  return version;
}

/** Trusted: only this file writes them. */
function parse<T>(text: string): Versioned<T> {
  return JSON.parse(text);
}
