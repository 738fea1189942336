/** Builds that leave out who was erased before them. */
import type { CustomerId } from '@segment-store/contract/id';
import { SPAN_FIELDS } from '@segment-store/contract/lines';
import type { Call } from '@segment-store/resilience/operation';
import { createPatience, patiently } from '@segment-store/resilience/patience';
import type { Erased } from './erased-list.ts';
import { onceItWorks } from './once-it-works.ts';
import type { Build, ClaimedPart, Lines, Store, Tally } from './store.ts';
import { customerOf, lineCount } from './tally.ts';

/** The same store, whose writer skips the lines of erased customers. */
export function leavingOutErased(store: Store, patienceMs: number): Store {
  const { writer, erasures } = store;
  return {
    ...store,
    writer: {
      async build(manifest, call) {
        const build = await writer.build(manifest, call);
        const again = <T>(work: () => Promise<T>, own: Call) => patiently(work, createPatience(patienceMs), own);
        return leavingOut(build, {
          list: (listing) => again(() => erasures.list(listing), listing),
          defer: (ids, deferring) => again(() => erasures.defer(manifest.run, ids, deferring), deferring),
        });
      },
    },
  };
}

interface Terms {
  /** Of when the build was open already: who is erased after that goes at its seal. */
  list(call: Call): Promise<Erased>;
  defer(customerIds: readonly CustomerId[], call: Call): Promise<void>;
}

function leavingOut(build: Build, { list, defer }: Terms): Build {
  const listOnce = onceItWorks(list);
  return {
    get state() {
      return build.state;
    },
    catalogue: (segments) => build.catalogue(segments),
    async *parts(options, call) {
      const known = await listOnce(call);
      for await (const claim of build.parts(options, call)) {
        // Who was erased since, before the build was reopened for this part, comes back with it.
        const erased = claim.attempted ? await list(call) : known;
        yield erased.size === 0 ? claim : toClaim(claim, claim.attempted ? deferring(erased, defer) : skipping(erased));
      }
    },
    seal: () => build.seal(),
    outcomes: () => build.outcomes(),
    [Symbol.asyncDispose]: () => build[Symbol.asyncDispose](),
  };
}

function toClaim(claim: ClaimedPart, wrapped: (write: ClaimedPart['write']) => ClaimedPart['write']): ClaimedPart {
  const { part, signal, attempted, acknowledged } = claim;
  return {
    part,
    signal,
    attempted,
    acknowledged,
    write: wrapped((lines, call) => claim.write(lines, call)),
    acknowledge: (offset, outcomes) => claim.acknowledge(offset, outcomes),
    finish: (outcomes) => claim.finish(outcomes),
    fail: (outcomes, failure) => claim.fail(outcomes, failure),
    [Symbol.asyncDispose]: () => claim[Symbol.asyncDispose](),
  };
}

const nobody: Tally = { created: 0, replayed: 0, skipped: 0, memberships: 0, rejected: [] };

const skipping =
  (erased: Erased) =>
  (write: ClaimedPart['write']): ClaimedPart['write'] =>
  async (lines, call) => {
    const kept = placesOf(lines).filter((place) => !erased.has(customerOf(lines, place)));
    const skipped = lineCount(lines) - kept.length;
    if (skipped === 0) return write(lines, call);
    const tally = kept.length === 0 ? nobody : await write(only(lines, kept), call);
    const { created, replayed, memberships, rejected } = tally;
    return { created, replayed, memberships, rejected, skipped: tally.skipped + skipped };
  };

/** What a job before this one wrote has to be met again, or the counts would not hold: it goes at the seal. */
const deferring =
  (erased: Erased, defer: Terms['defer']) =>
  (write: ClaimedPart['write']): ClaimedPart['write'] =>
  async (lines, call) => {
    const customers = placesOf(lines).map((place) => customerOf(lines, place));
    const found = customers.filter((customer) => erased.has(customer));
    if (found.length > 0) await defer(found, call);
    return write(lines, call);
  };

const placesOf = (lines: Lines): readonly number[] => Array.from({ length: lineCount(lines) }, (_, place) => place);

function only(lines: Lines, places: readonly number[]): Lines {
  const { spans, offsets, numbers } = lines;
  const ofPlace = (place: number) => [...spans.subarray(place * SPAN_FIELDS, (place + 1) * SPAN_FIELDS)];
  return {
    ...lines,
    spans: Uint32Array.from(places.flatMap(ofPlace)),
    offsets: Float64Array.from(places, (place) => offsets[place] ?? 0),
    numbers: Uint32Array.from(places, (place) => numbers[place] ?? 0),
  };
}
