/** A build whose lines give their memory back once each of them has an outcome. */
import type { StoreWriter } from '@segment-store/store/store';
import { claimWith, wrapClaims } from '../accounts/claims.ts';
import type { Memory } from './memory.ts';

/** Goes around whatever else looks at lines that are written. Lines of a write that failed may be on their way still. */
export function givenBack(writer: StoreWriter, memory: Memory): StoreWriter {
  return {
    async build(manifest, call) {
      return wrapClaims(await writer.build(manifest, call), async (claim) =>
        claimWith(claim, {
          async write(lines, writing) {
            const tally = await claim.write(lines, writing);
            memory.giveBack(lines.bytes.buffer);
            memory.giveBack(lines.spans.buffer); // offsets and numbers stand in it, too
            return tally;
          },
        }),
      );
    },
  };
}
