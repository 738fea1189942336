/** Which generation is live is what the aliases say; moving them in one call is the fence. */
import type { RunId } from '@segment-store/contract/id';
import { type Failure, isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { pause } from '@segment-store/resilience/patience';
import { systemTime } from '@segment-store/resilience/time';
import type { Pointer } from '../publication.ts';
import { refusal } from '../refusal.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import type { Layout } from './layout.ts';

type Indices = Readonly<Record<string, { readonly aliases?: Readonly<Record<string, unknown>> }>>;

interface Refused {
  readonly error?: { readonly type: string };
}

const timeoutMs = TIMEOUT_MS.control;

export interface Aliases {
  /** Undefined before the first use of a deployment. */
  pointer(call: Call): Promise<Pointer | undefined>;
  /** Every run that has a members index. */
  runs(call: Call): Promise<readonly RunId[]>;
  /** FENCED when `from` is not live any more; of several at once exactly one wins. */
  move(from: Pointer, to: Pointer, call: Call): Promise<void>;
}

export function createAliases(connection: Connection, layout: Layout): Aliases {
  const pointer = async (call: Call) => {
    const request = { method: 'GET', path: `/_alias/${layout.markers}`, timeoutMs, accept: [404] } as const;
    const { status, body } = await connection.send<Indices>(request, call);
    return status === 404 ? undefined : pointerIn(body, layout);
  };
  return {
    pointer,
    async runs(call) {
      const request = { method: 'GET', path: `/${layout.everyMembers}/_alias`, timeoutMs } as const;
      const { body } = await connection.send<Indices>(request, call);
      return Object.keys(body).flatMap((index) => layout.readMembers(index) ?? []);
    },
    async move(from, to, call) {
      const actions = [...places(layout, from).map(remove), ...places(layout, to).map(add)];
      const request = { method: 'POST', path: '/_aliases', body: { actions }, timeoutMs, accept: [404] } as const;
      try {
        const { status, body } = await connection.send<Refused>(request, call);
        if (status !== 404) return;
        if (body.error?.type === 'index_not_found_exception') throw refusal('NOT_FOUND', `run ${to.run} was removed`);
      } catch (error) {
        // The answer may be what was lost: then the marker, which only this call would have set, will be there.
        if (!isFailure(error) || !error.retryable) throw error;
        const now = await pointerAfter(from, pointer, call);
        if (now?.run === to.run && now.epoch === to.epoch) return;
        if (now === undefined) throw undecided(to, error);
      }
      throw refusal('FENCED', `epoch ${from.epoch} (${from.run}) is no longer live: look again`);
    },
  };
}

/** How long Elasticsearch may still be at work on what it did not answer. */
const UNDECIDED_MS = 5_000;

/** Undefined when the pointer stays where it was, or cannot be read. */
async function pointerAfter(
  from: Pointer,
  pointer: (call: Call) => Promise<Pointer | undefined>,
  call: Call,
): Promise<Pointer | undefined> {
  const endsAt = systemTime.now() + UNDECIDED_MS;
  while (systemTime.now() < endsAt) {
    const now = await pointer(call).catch(() => undefined);
    if (now !== undefined && now.epoch !== from.epoch) return now;
    await pause(250, call);
  }
  return undefined;
}

/** Run again unseen, it could be done twice. */
function undecided({ run, epoch }: Pointer, cause: Failure): Error {
  const way = `it may still make run ${run} live at epoch ${epoch}: look at the generations before trying again`;
  return refusal('UNAVAILABLE', `${cause.message}; ${way}`, { fault: true, retryable: true, cause });
}

interface Place {
  readonly index: string;
  readonly alias: string;
}

const remove = (place: Place) => ({ remove: { ...place, must_exist: true } });
const add = (place: Place) => ({ add: place });

function places(layout: Layout, pointer: Pointer): readonly Place[] {
  const [members, catalogue] = [layout.membersOf(pointer.run), layout.catalogueOf(pointer.run)];
  return [
    { index: members, alias: layout.members },
    { index: catalogue, alias: layout.catalogue },
    { index: members, alias: layout.markerOf(pointer) },
  ];
}

function pointerIn(indices: Indices, layout: Layout): Pointer | undefined {
  for (const [index, { aliases = {} }] of Object.entries(indices)) {
    const run = layout.readMembers(index);
    for (const alias of Object.keys(aliases)) {
      const marker = layout.readMarker(alias);
      if (run !== undefined && marker !== undefined) return { run, ...marker };
    }
  }
  return undefined;
}
