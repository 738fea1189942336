/** Publishing and rolling back: a transaction of the root environment each. */
import type { RunId } from '@segment-store/contract/id';
import { checkReadable, toGeneration } from '../generation.ts';
import type { Lives } from '../holder.ts';
import { checkFence, checkPublish, checkRemoval, type Pointer, rollBackTarget } from '../publication.ts';
import { type GenerationRecord, generationKey, HOLD, partKey } from '../records.ts';
import { GENESIS, type Live, type StorePublisher, type Verdict } from '../store.ts';
import { conditionOf, emptyCondition } from './condition.ts';
import { type Control, LIVE, type Transaction } from './control.ts';
import type { GenerationEnvironment } from './environment.ts';

export interface PublisherTerms {
  control(): Control;
  readonly lives: Lives;
  removeDocuments(run: RunId): Promise<void>;
  /** Of a generation that is sealed. */
  environment(run: RunId): GenerationEnvironment;
}

export function createPublisher({ control, lives, removeDocuments, environment }: PublisherTerms): StorePublisher {
  return {
    async live() {
      return control().read((snapshot) => toLive(snapshot.live()));
    },
    async generations() {
      return control().read((snapshot) => snapshot.generations().map(toGeneration));
    },
    async publish(run, expected, verdicts) {
      return control().transaction((transaction) => publish(transaction, { run, expected, verdicts }));
    },
    async rollBack(expected) {
      return control().transaction((transaction) => rollBack(transaction, expected));
    },
    async unhold() {
      return control().transaction((transaction) => {
        const hold = transaction.get(HOLD);
        transaction.remove(HOLD);
        return hold !== undefined;
      });
    },
    async condition(run) {
      control().read((snapshot) => checkReadable(run, snapshot.get(generationKey(run))));
      return run === GENESIS ? emptyCondition : conditionOf(environment(run));
    },
    async remove(run) {
      const record = control().transaction((transaction) => beginRemoval(transaction, run, lives));
      await removeDocuments(run);
      control().transaction((transaction) => {
        for (let index = 0; index < record.parts; index += 1) transaction.remove(partKey(run, index));
        transaction.remove(generationKey(run));
      });
    },
  };
}

export function toLive({ pointer, record }: { pointer: Pointer; record: GenerationRecord }): Live {
  return { generation: toGeneration(record), epoch: pointer.epoch, floor: pointer.floor };
}

interface Publishing {
  readonly run: RunId;
  readonly expected: number;
  readonly verdicts: readonly Verdict[];
}

function publish(transaction: Transaction, { run, expected, verdicts }: Publishing): Live {
  const { pointer } = transaction.live();
  const hold = transaction.get(HOLD);
  const record = checkPublish(run, transaction.get(generationKey(run)), { live: pointer, expected, hold });
  const next = { run, epoch: pointer.epoch + 1, floor: pointer.floor };
  return pointTo(transaction, { next, record: { ...record, verdicts }, formerly: 'retired' });
}

function rollBack(transaction: Transaction, expected: number): Live {
  const { pointer } = transaction.live();
  checkFence(pointer, expected);
  const record = rollBackTarget(transaction.generations());
  const epoch = pointer.epoch + 1;
  transaction.put(HOLD, { epoch, at: new Date().toISOString() });
  return pointTo(transaction, { next: { run: record.run, epoch, floor: epoch }, record, formerly: 'withdrawn' });
}

interface Step {
  readonly next: Pointer;
  readonly record: GenerationRecord;
  /** What the generation that was live becomes. */
  readonly formerly: 'retired' | 'withdrawn';
}

function pointTo(transaction: Transaction, { next, record, formerly }: Step): Live {
  const at = new Date().toISOString();
  const { record: old } = transaction.live();
  if (old.run !== GENESIS) transaction.put(generationKey(old.run), { ...old, state: formerly, retiredAt: at });
  const publications = [...record.publications, { epoch: next.epoch, at }];
  const live: GenerationRecord = { ...record, state: 'live', publications };
  transaction.put(generationKey(next.run), live);
  transaction.put(LIVE, next);
  return toLive({ pointer: next, record: live });
}

function beginRemoval(transaction: Transaction, run: RunId, lives: Lives): GenerationRecord {
  const found = transaction.get(generationKey(run));
  const parts = Array.from({ length: found?.parts ?? 0 }, (_, index) => transaction.get(partKey(run, index)));
  const record = checkRemoval(run, found, { live: transaction.live().pointer, parts, lives });
  transaction.put(generationKey(run), { ...record, removing: true });
  return record;
}
