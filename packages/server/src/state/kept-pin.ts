/** What is written of a pin, one line. */
import { Fields } from '@segment-store/contract/fields';
import { parseRunId } from '@segment-store/contract/id';
import { parseJson } from '@segment-store/contract/json';
import type { Live } from '@segment-store/store/store';

/** What was pinned, and of which store it is a generation. */
export interface KeptPin extends Live {
  readonly store: string;
}

export function printPin({ store, generation, epoch, floor }: KeptPin): string {
  return JSON.stringify({ store, epoch, floor, ...generation });
}

/** @throws FormatError */
export function parsePin(line: string): KeptPin {
  const pin = new Fields(parseJson(line, 'pin'), 'pin: ');
  return {
    store: pin.text('store'),
    epoch: pin.count('epoch'),
    floor: pin.count('floor'),
    generation: {
      state: 'live',
      run: parseRunId(pin.text('run')),
      computedAt: pin.instant('computedAt'),
      publishedAt: pin.instant('publishedAt'),
      manifestHash: pin.text('manifestHash'),
      ...(pin.has('expectedEvery') && { expectedEvery: pin.text('expectedEvery') }),
      members: pin.count('members'),
      memberships: pin.count('memberships'),
      segments: pin.count('segments'),
    },
  };
}
