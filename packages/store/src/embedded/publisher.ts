/** Publishing and rolling back: a transaction of the root environment each. */
import type { RunId } from '@segment-store/contract/id';
import { unlimited } from '@segment-store/resilience/operation';
import { checkReadable, toGeneration } from '../generation.ts';
import type { Lives } from '../holder.ts';
import { prune } from '../prune.ts';
import { checkFence, checkPublish, olderVerdict, type Pointer, rollBackTarget } from '../publication.ts';
import { type GenerationRecord, generationKey, HOLD, partKeys } from '../records.ts';
import { refusal } from '../refusal.ts';
import { abort, type RemovalTerms, remove } from '../removal.ts';
import { toStatus } from '../status.ts';
import { GENESIS, type Live, type RunStatus, type StorePublisher, type Verdict } from '../store.ts';
import { conditionOf, emptyCondition } from './condition.ts';
import { type Control, LIVE, type Snapshot, type Transaction } from './control.ts';
import type { GenerationEnvironment } from './environment.ts';

export interface PublisherTerms {
  control(): Control;
  readonly lives: Lives;
  removeDocuments(run: RunId): Promise<void>;
  /** Of a generation that is sealed. */
  environment(run: RunId): GenerationEnvironment;
}

export function createPublisher({ control, lives, removeDocuments, environment }: PublisherTerms): StorePublisher {
  const removal = (): RemovalTerms => ({ records: control(), lives, removeDocuments, mark: markIn(control()) });
  return {
    async live() {
      return control().read((snapshot) => toLive(snapshot.live()));
    },
    async generations() {
      return control().read((snapshot) => snapshot.generations().map(toGeneration));
    },
    async status(run) {
      return control().read((snapshot) => status(snapshot, run));
    },
    async publish(run, expected, verdicts, options) {
      return control().transaction((transaction) => publish(transaction, { run, expected, verdicts, ...options }));
    },
    async rollBack(expected) {
      return control().transaction((transaction) => rollBack(transaction, expected));
    },
    async heldSince() {
      const hold = control().read((snapshot) => snapshot.get(HOLD));
      return hold && new Date(hold.at);
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
    remove: (run) => remove(removal(), run, unlimited),
    abort: (run) => abort(removal(), run, unlimited),
    prune: (retention = {}) =>
      prune(
        {
          records: async () => control().read((snapshot) => snapshot.generations()),
          lastSeenAt: async (run) => control().read((snapshot) => status(snapshot, run)).lastSeenAt,
          remove: (run, call) => remove(removal(), run, call),
        },
        retention,
        unlimited,
      ),
  };
}

export function toLive({ pointer, record }: { pointer: Pointer; record: GenerationRecord }): Live {
  return { generation: toGeneration(record), epoch: pointer.epoch, floor: pointer.floor };
}

interface Publishing {
  readonly run: RunId;
  readonly expected: number;
  readonly verdicts: readonly Verdict[];
  readonly allowOlder?: string;
}

function publish(transaction: Transaction, { run, expected, allowOlder, ...judged }: Publishing): Live {
  const { pointer } = transaction.live();
  const terms = { live: pointer, expected, hold: transaction.get(HOLD), allowOlder };
  const record = checkPublish(run, transaction.get(generationKey(run)), terms);
  const verdicts = [...judged.verdicts, ...olderVerdict(run, terms)];
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

function status(snapshot: Snapshot, run: RunId): RunStatus {
  const record = snapshot.get(generationKey(run));
  if (record === undefined) throw refusal('NOT_FOUND', `no generation of run ${run}: nobody has begun to load it`);
  return toStatus(
    record,
    partKeys(run, record.parts).map((key) => snapshot.get(key)),
  );
}

function markIn(control: Control): RemovalTerms['mark'] {
  return async (run, change) =>
    control.transaction((transaction) => {
      const record = change(transaction.get(generationKey(run)), transaction.live().pointer);
      transaction.put(generationKey(run), record);
      return record;
    });
}
