/** One tool, one load, and what befalls the servers meanwhile. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Cost, costOf, read } from './cost.ts';
import type { Place } from './place.ts';
import { requestsOf, secondsOf } from './planned.ts';
import type { Happening } from './profile.ts';
import { type Row, rowsOf } from './row.ts';
import type { Load, Tool } from './tool.ts';

export interface Measured {
  readonly rows: readonly Row[];
  /** Requests that the tool should have sent and did not. */
  readonly unsent: number;
  /** Undefined where nobody said where the server's figures are. */
  readonly cost: Cost | undefined;
}

interface Measurement {
  readonly tool: Tool;
  readonly load: Load;
  readonly place: Place;
  readonly happens: Happening | undefined;
  readonly signal: AbortSignal;
}

/** Of the whole time, the lead-in included: a generation is calculated, loaded and published before it is over. */
const MEANWHILE = 0.3;

const BEFORE: readonly Happening[] = ['empty-caches'];

export async function measure({ tool, load, place, happens, signal }: Measurement): Promise<Measured> {
  const happen = async () => {
    if (happens !== undefined) await place.happen?.(happens);
  };
  const isBefore = happens !== undefined && BEFORE.includes(happens);
  if (isBefore) await happen();
  const before = await read(place);
  const meanwhile = async () => {
    if (isBefore || happens === undefined) return;
    await delay(secondsOf(load.phases) * MEANWHILE * 1_000, undefined, { signal });
    await happen();
  };
  const [samples] = await Promise.all([tool.ask(load), meanwhile()]);
  const after = await read(place);
  return {
    rows: rowsOf(load.phases, samples),
    unsent: requestsOf(load.phases) - samples.reduce((sum, { length }) => sum + length, 0),
    cost: before === undefined || after === undefined ? undefined : costOf(before, after),
  };
}
