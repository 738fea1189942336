/** Gets from the environment of one generation, which nothing writes any more. */
import type { CustomerId, RunId, SegmentId } from '@segment-store/contract/id';
import { type Member, parseSegmentLine, type Segment } from '@segment-store/contract/lines';
import type { Call } from '@segment-store/resilience/operation';
import { follow } from '../follow.ts';
import { checkReadable, toGeneration } from '../generation.ts';
import { genesisReader } from '../genesis-reader.ts';
import { type StoredMember, toMember } from '../member.ts';
import { type GenerationRecord, generationKey } from '../records.ts';
import { refusal } from '../refusal.ts';
import { GENESIS, type Generation, type Reader, type StoreReader } from '../store.ts';
import type { Control } from './control.ts';
import { entriesOf, type GenerationEnvironment } from './environment.ts';
import { walkMembers } from './members.ts';
import { toLive } from './publisher.ts';
import { countSegments } from './segment-counts.ts';

export interface ReaderTerms {
  control(): Control;
  /** Of a generation that is sealed. */
  environment(run: RunId): GenerationEnvironment;
  readonly pollMs: number;
}

export function createStoreReader({ control, environment, pollMs }: ReaderTerms): StoreReader {
  const look = async () => control().read((snapshot) => toLive(snapshot.live()));
  return {
    live: (call) => follow(look, pollMs, call),
    async generations() {
      return control().read((snapshot) => snapshot.generations().map(toGeneration));
    },
    async open(run) {
      const record = control().read((snapshot) => checkReadable(run, snapshot.get(generationKey(run))));
      if (run === GENESIS) return genesisReader(toGeneration(record));
      return createReader(toGeneration(record), await checked(environment(run), record));
    },
  };
}

/** Files that were swapped or cut would answer "unknown" for everybody. */
async function checked(environment: GenerationEnvironment, record: GenerationRecord): Promise<GenerationEnvironment> {
  const { path, members, catalogue, close } = environment;
  const [stored, segments] = [entriesOf(members), entriesOf(catalogue)];
  const erased = record.erased?.length ?? 0;
  // One who is being erased may still be there.
  const isWhole = stored <= record.members && stored >= record.members - erased;
  if (isWhole && segments === record.segments) return environment;
  await close();
  const found = `${path} holds ${stored} customers and ${segments} segments`;
  const way = 'restore it, or remove the run and load it again';
  throw refusal('UNSUPPORTED', `${found}, its record says ${record.members} and ${record.segments}: ${way}`);
}

function createReader(generation: Generation, environment: GenerationEnvironment): Reader {
  const closing = new AbortController();
  const untilClosed = (call: Call) => ({ ...call, signal: AbortSignal.any([call.signal, closing.signal]) });
  return {
    generation,
    catalogue: readCatalogue(environment),
    async read(customerIds) {
      closing.signal.throwIfAborted();
      environment.refresh();
      return customerIds.map((customerId) => ({ status: 'fulfilled', value: readMember(environment, customerId) }));
    },
    async count(segmentIds, call) {
      return countSegments(environment, segmentIds, untilClosed(call));
    },
    membersOf: (segmentId, call) => walkMembers(environment, segmentId, untilClosed(call)),
    async [Symbol.asyncDispose]() {
      if (closing.signal.aborted) return;
      closing.abort(refusal('CONFLICT', `the reader of run ${generation.run} is closed: open another`));
      await environment.close();
    },
  };
}

function readMember({ members }: GenerationEnvironment, customerId: CustomerId): Member | undefined {
  // Not copied: it is read before the next get writes over it.
  const line = members.getBinaryFast(Buffer.from(customerId));
  if (line === undefined) return undefined;
  const stored: StoredMember = JSON.parse(line.toString());
  return toMember(stored);
}

function readCatalogue({ catalogue }: GenerationEnvironment): ReadonlyMap<SegmentId, Segment> {
  const segments = new Map<SegmentId, Segment>();
  for (const { value } of catalogue.getRange()) {
    const segment = parseSegmentLine(value);
    segments.set(segment.id, segment);
  }
  return segments;
}
