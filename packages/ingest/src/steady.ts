/** One lost answer ends no load: what may be asked twice is asked again while the store does not answer. */
import type { Call } from '@segment-store/resilience/operation';
import { createPatience, patiently } from '@segment-store/resilience/patience';
import type { Reader, Store, StorePublisher } from '@segment-store/store/store';

/** From the first failure on. Lines, leases and the seal have their own patience, which is longer. */
const PATIENCE_MS = 10_000;

type Again = <T>(work: () => Promise<T>) => Promise<T>;

/** The same store; it fails with UNAVAILABLE once its questions went unanswered for ten seconds. */
export function steady(store: Store, call: Call): Store {
  const again: Again = (work) => patiently(work, createPatience(PATIENCE_MS), call);
  const { writer, reader, publisher, erasures } = store;
  return {
    ...store,
    writer: { build: (manifest, own) => again(() => writer.build(manifest, own)) },
    reader: { ...reader, open: async (run, own) => steadyReader(await again(() => reader.open(run, own)), again) },
    publisher: steadyPublisher(publisher, again),
    erasures: { ...erasures, list: (own) => again(() => erasures.list(own)) },
  };
}

function steadyReader(reader: Reader, again: Again): Reader {
  return {
    generation: reader.generation,
    catalogue: reader.catalogue,
    read: (ids, call) => again(() => reader.read(ids, call)),
    count: (ids, call) => again(() => reader.count(ids, call)),
    membersOf: (id, call) => reader.membersOf(id, call),
    [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose](),
  };
}

function steadyPublisher(publisher: StorePublisher, again: Again): StorePublisher {
  return {
    ...publisher,
    live: () => again(publisher.live),
    generations: () => again(publisher.generations),
    heldSince: () => again(publisher.heldSince),
    status: (run) => again(() => publisher.status(run)),
    condition: (run) => again(() => publisher.condition(run)),
    publish(...publishing) {
      const [run] = publishing;
      return again(async () => {
        // The answer that was lost may have been that it is live.
        const live = await publisher.live();
        return live.generation.run === run ? live : publisher.publish(...publishing);
      });
    },
  };
}
