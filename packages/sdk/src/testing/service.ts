/** The service as a test scripts it. It answers in the words of the HTTP contract, so that nothing above it is faked. */
import { createRunId, isCustomerId, isSegmentId, parseRunId, type RunId, runTime } from '@segment-store/contract/id';
import { quote } from '@segment-store/contract/quote';
import { Failure } from '@segment-store/resilience/failure';
import { sleep, type Time } from '@segment-store/resilience/time';
import type { HttpReply } from '../decode.ts';
import type { HttpPool } from '../http.ts';
import type { ClientStats } from '../stats.ts';
import { type Asked, CODES, createFaults, type Fault, type FaultScript, type TestErrorCode } from './faults.ts';

/** A list: all segments of a known customer. Otherwise what differs from that. */
export type TestAnswer<S extends string = string> =
  | readonly S[]
  | {
      /** Ids of segments. */
      readonly segmentIds: readonly S[];
      /** Default true. */
      readonly known?: boolean;
      /** Default true. */
      readonly complete?: boolean;
    };

/** The script: what is said of whom, and what goes wrong. */
export interface TestService<S extends string = string> extends FaultScript {
  /**
   * What is said of a customer from now on; what the client has kept stays until it asks again.
   * @throws TypeError for an id that the real service refuses
   */
  answer(id: string, answer: TestAnswer<S>): void;
  /** A new generation: answers kept until now are outdated. Default: the run id of one day later. @throws FormatError */
  publish(generation?: string): void;
  /** Back to the generation before: answers of the one withdrawn are not served again. @throws RangeError */
  rollBack(): void;
  /** What has been asked, in order. */
  readonly asked: readonly Asked[];
}

export interface ScriptedService<S extends string> {
  readonly script: TestService<S>;
  readonly pool: HttpPool;
  stand(): Omit<ClientStats['origin'], 'epoch' | 'floor'>;
}

interface Facts {
  readonly segmentIds: readonly string[];
  readonly known: boolean;
  readonly complete: boolean;
}

const NOBODY: Facts = { segmentIds: [], known: false, complete: true };
const DAY_MS = 86_400_000;

export function createTestService<S extends string>(time: Time): ScriptedService<S> {
  const customers = new Map<string, Facts>();
  const generations = createGenerations();
  const faults = createFaults();
  const asked: Asked[] = [];
  let inFlight = 0;

  async function send(request: Asked, signal: AbortSignal): Promise<HttpReply> {
    asked.push(request);
    const fault = faults.take(request);
    const headers = fault?.kind === 'lag' ? lagging(fault.ageMs) : {};
    await suffered(fault, signal, time);
    const { customerId, segmentId } = request;
    const { segmentIds, ...facts } = customers.get(customerId ?? '') ?? NOBODY;
    const membership = { segmentId, member: segmentIds.includes(segmentId ?? '') };
    return generations.reply(
      { customerId, ...facts, ...(segmentId === undefined ? { segmentIds } : membership) },
      headers,
    );
  }

  return {
    script: {
      ...faults.script,
      answer: (id, answer) => void customers.set(checkedCustomer(id), factsOf(answer)),
      publish: generations.publish,
      rollBack: generations.rollBack,
      asked,
    },
    pool: {
      async send({ path }, signal) {
        inFlight += 1;
        return send(askedIn(path), signal).finally(() => {
          inFlight -= 1;
        });
      },
      warm: async () => {},
      destroy: async () => {},
    },
    stand: () => ({
      breaker: faults.everywhere('CIRCUIT_OPEN') ? 'open' : 'closed',
      inFlight,
      limit: 16,
      pushedBack: false,
      retryTokens: 10,
    }),
  };
}

function createGenerations() {
  let history: readonly RunId[] = [parseRunId('20260101t000000z')];
  let [epoch, floor] = [1, 0];
  const live = () => history.at(-1) ?? parseRunId('20260101t000000z');
  return {
    publish(generation?: string): void {
      const next = generation ?? createRunId(new Date(runTime(live()).getTime() + DAY_MS));
      history = [...history, parseRunId(next)];
      epoch += 1;
    },
    rollBack(): void {
      if (history.length === 1) throw new RangeError('there is no generation to roll back to; publish one first');
      history = history.slice(0, -1);
      epoch += 1;
      floor = epoch;
    },
    reply: (facts: object, more: Readonly<Record<string, string>>): HttpReply => ({
      status: 200,
      headers: { 'segment-epoch': String(epoch), 'segment-epoch-floor': String(floor), ...more },
      text: JSON.stringify({ ...facts, generation: live(), computedAt: runTime(live()).toISOString() }),
    }),
  };
}

/** Rejects, or resolves once the answer may come. */
async function suffered(fault: Fault | undefined, signal: AbortSignal, time: Time): Promise<void> {
  if (fault?.kind === 'fail') throw failure(fault.code);
  if (fault?.kind === 'delay') await sleep(fault.ms, signal, time);
  if (fault?.kind === 'hang') await Promise.race([fault.healed, sleep(Number.POSITIVE_INFINITY, signal, time)]);
}

function failure(code: TestErrorCode): Failure {
  const { fault, attempts } = CODES[code];
  const failed = new Failure(code, `the test lets this request fail as ${code}`, { fault });
  failed.attempts = attempts;
  return failed;
}

const lagging = (ageMs: number) => ({ 'segment-stale': '?1', age: String(Math.floor(ageMs / 1_000)) });

function askedIn(path: string): Asked {
  const [, , , id, , segmentId] = path.split('/');
  if (id === undefined) return {};
  const customerId = decodeURIComponent(id);
  return segmentId === undefined ? { customerId } : { customerId, segmentId };
}

/** @throws TypeError */
function checkedCustomer(id: string): string {
  if (isCustomerId(id)) return id;
  throw new TypeError(`customer id ${quote(id)} can name nobody: the real service would refuse it`);
}

/** @throws TypeError */
function factsOf(answer: TestAnswer): Facts {
  const { segmentIds, known = true, complete = true } = 'segmentIds' in answer ? answer : { segmentIds: answer };
  const bad = Array.isArray(segmentIds) ? segmentIds.find((id) => !isSegmentId(id)) : segmentIds;
  if (bad === undefined) return { segmentIds: [...segmentIds], known, complete };
  throw new TypeError(`segment id ${quote(bad)} can name nothing; give ids as in ["recurrent:store:17"]`);
}
