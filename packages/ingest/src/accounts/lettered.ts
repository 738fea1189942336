/** A build whose rejected lines go to the dead letters: before the lines behind them count as settled. */
import { SPAN_FIELDS } from '@segment-store/contract/lines';
import type { Part } from '@segment-store/contract/manifest';
import type { Call } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';
import type { ClaimedPart, Lines, Rejection, StoreWriter, Tally } from '@segment-store/store/store';
import { claimWith, wrapClaims } from './claims.ts';
import type { DeadLetter, DeadLetters, PartLetters } from './dead-letters.ts';

export interface Lettering {
  readonly letters: DeadLetters;
  /** With the lines themselves, which hold customer data. */
  readonly withRaw: boolean;
  etagOf(part: Part): string;
  readonly time: Time;
}

/** A part's file is written whole each time: not more often than this. */
const SAVE_MS = 5_000;
const decoder = new TextDecoder();

export function lettered(writer: StoreWriter, lettering: Lettering): StoreWriter {
  return {
    async build(manifest, call) {
      return wrapClaims(await writer.build(manifest, call), async (claim, claiming) => {
        const { part, acknowledged } = claim;
        const letters = await lettering.letters.resume(part.key, acknowledged.offset, claiming);
        return letteredPart(claim, { ...lettering, letters, call: claiming });
      });
    },
  };
}

type PartLettering = Omit<Lettering, 'letters'> & { readonly letters: PartLetters; readonly call: Call };

function letteredPart(claim: ClaimedPart, lettering: PartLettering): ClaimedPart {
  const { letters, time } = lettering;
  // Once the part is another job's, so is its file.
  const call = { ...lettering.call, signal: AbortSignal.any([lettering.call.signal, claim.signal]) };
  const etag = lettering.etagOf(claim.part);
  let savedAt = Number.NEGATIVE_INFINITY;
  const save = async () => {
    await letters.save(call);
    savedAt = time.now();
  };
  return claimWith(claim, {
    async write(lines, writing) {
      const tally = await claim.write(lines, writing);
      for (const rejection of rejections(lines, tally)) letters.add(toLetter(rejection, { lines, etag, lettering }));
      return tally;
    },
    async acknowledge(offset, outcomes) {
      if (!letters.isSaved && time.now() - savedAt < SAVE_MS) return;
      await save();
      await claim.acknowledge(offset, outcomes);
    },
    async finish(outcomes) {
      await save();
      await claim.finish(outcomes);
    },
    async fail(outcomes, failure) {
      await save();
      await claim.fail(outcomes, failure);
    },
  });
}

function rejections({ settled }: Lines, tally: Tally): readonly Rejection[] {
  return [...settled.rejected, ...tally.rejected].sort((one, other) => one.offset - other.offset);
}

interface Whence {
  readonly lines: Lines;
  readonly etag: string;
  readonly lettering: Pick<Lettering, 'withRaw'>;
}

function toLetter({ raw, ...rejection }: Rejection, { lines, etag, lettering }: Whence): DeadLetter {
  const { part, line, offset, ...why } = rejection;
  const bytes = lettering.withRaw ? (raw ?? lineAt(lines, offset)) : undefined;
  return { part, etag, line, offset, ...why, ...(bytes !== undefined && { raw: decoder.decode(bytes) }) };
}

/** What the store rejected stands in the lines still, in its canonical form. */
function lineAt({ bytes, spans, offsets }: Lines, offset: number): Uint8Array | undefined {
  const index = offsets.indexOf(offset);
  return index === -1 ? undefined : bytes.subarray(spans[index * SPAN_FIELDS], spans[index * SPAN_FIELDS + 1]);
}
