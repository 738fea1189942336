/** The store in Elasticsearch: two indices per generation, aliases for what is live, one index of control records. */
import { deadline } from '@segment-store/resilience/deadline';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { type BuildTerms, openBuild } from '../build.ts';
import { createErasures } from '../erasures.ts';
import { follow } from '../follow.ts';
import { followErased } from '../follow-erased.ts';
import { onceItWorks } from '../once-it-works.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Records } from '../records.ts';
import { refusal } from '../refusal.ts';
import type { Store, StorePublisher, StoreReader, StoreWriter } from '../store.ts';
import { type Aliases, createAliases } from './aliases.ts';
import { checkVacant, createContents } from './build.ts';
import { type Connection, connect } from './connection.ts';
import { createRecords } from './control.ts';
import { createDocuments } from './documents.ts';
import { createHashes } from './erased.ts';
import { everyGeneration } from './every-generation.ts';
import { prepareFirstUse } from './first-use.ts';
import { type Layout, layoutOf } from './layout.ts';
import { createLifecycle } from './lifecycle.ts';
import { createPublisher } from './publisher.ts';
import { openReader } from './reader.ts';
import { createStanding, toGenerations, toLive } from './standing.ts';
import { untouchedAliases, untouchedRecords } from './untouched.ts';

export function openElasticsearch(url: URL, options: ResolvedOptions): Store {
  const connection = connect(url);
  const layout = layoutOf(options.prefix);
  const { records, aliases } = options.readOnly ? untouched(connection, layout) : written(connection, layout);
  const standing = createStanding(aliases, records);
  const documents = createDocuments(connection, layout);
  const hashes = createHashes(connection, layout);
  const erasures = createErasures({
    records: () => records,
    documents,
    hashes,
    generations: (call) => everyGeneration(connection, layout, call),
  });
  const lifecycle = createLifecycle({ connection, layout, ...options });
  const closing = new AbortController();
  const untilClosed: Call = { ...unlimited, signal: closing.signal };
  const prepare = options.readOnly
    ? async () => {}
    : onceItWorks(() => prepareFirstUse({ connection, layout, aliases, records }, untilClosed));
  /** Shared by all callers; each waits no longer than its own signal allows. */
  const ready = (call: Call) => deadline(Number.POSITIVE_INFINITY)<void, void>(prepare)(undefined, call);
  const publisher = createPublisher({ connection, layout, records, aliases, standing, lifecycle }, untilClosed);
  const reader: StoreReader = {
    live: (call) => follow(async () => toLive(await ready(call).then(() => standing.live(call))), options.pollMs, call),
    generations: async (call) => toGenerations(await ready(call).then(() => standing.all(call))),
    open: async (run, call) =>
      ready(call).then(() => openReader({ connection, layout, records, ...options }, run, call)),
  };
  const terms = {
    ...options,
    ...buildsAt({ connection, layout, ...options }),
    records,
    documents,
    pointer: standing.pointer,
  };
  const writer: StoreWriter = {
    build: (manifest, call) => ready(call).then(() => openBuild(manifest, terms, call)),
  };
  const list = (call: Call) => ready(call).then(() => erasures.list(call));
  return {
    url: connection.url,
    reader,
    writer,
    publisher: after(() => ready(untilClosed), publisher),
    erasures: {
      add: (ids, call) => ready(call).then(() => erasures.add(ids, call)),
      list,
      follow: (call) => followErased({ list, count: hashes.count }, options.pollMs, call),
      defer: (run, ids, call) => ready(call).then(() => erasures.defer(run, ids, call)),
    },
    [Symbol.asyncDispose]() {
      closing.abort(refusal('UNAVAILABLE', `the store at ${connection.url} was closed: open it again`));
      return connection[Symbol.asyncDispose]();
    },
  };
}

/** Where a build's documents go. Whether another job lives, only its lease tells. */
function buildsAt(place: Parameters<typeof createContents>[0]): Pick<BuildTerms, 'lives' | 'checkVacant' | 'contents'> {
  return {
    lives: () => true,
    checkVacant: (run, call) => checkVacant(place, run, call),
    contents: ({ run }) => createContents(place, run),
  };
}

interface Control {
  readonly records: Records;
  readonly aliases: Aliases;
}

function written(connection: Connection, layout: Layout): Control {
  return { records: createRecords(connection, layout.control), aliases: createAliases(connection, layout) };
}

function untouched(connection: Connection, layout: Layout): Control {
  const { records, aliases } = written(connection, layout);
  return { records: untouchedRecords(records), aliases: untouchedAliases(aliases, layout) };
}

function after(ready: () => Promise<void>, publisher: StorePublisher): StorePublisher {
  return {
    live: () => ready().then(() => publisher.live()),
    generations: () => ready().then(() => publisher.generations()),
    prune: (retention) => ready().then(() => publisher.prune(retention)),
    status: (run) => ready().then(() => publisher.status(run)),
    publish: (...publishing) => ready().then(() => publisher.publish(...publishing)),
    rollBack: (expected) => ready().then(() => publisher.rollBack(expected)),
    heldSince: () => ready().then(() => publisher.heldSince()),
    unhold: () => ready().then(() => publisher.unhold()),
    condition: (run) => ready().then(() => publisher.condition(run)),
    remove: (run) => ready().then(() => publisher.remove(run)),
    abort: (run) => ready().then(() => publisher.abort(run)),
  };
}
