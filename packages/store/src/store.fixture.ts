/** Runs, lines and calls for the tests of this package. */
import { parseCustomerId, parseRunId, parseSegmentId, type RunId } from '@segment-store/contract/id';
import { printMember, type Segment, SPAN_FIELDS, scanMemberLine } from '@segment-store/contract/lines';
import type { Manifest, Part } from '@segment-store/contract/manifest';
import type { Call } from '@segment-store/resilience/operation';
import { toOutcomes } from './outcomes.ts';
import type { Build, ClaimedPart, Generation, Lines, Live, PartsOptions, Store, Tally } from './store.ts';

/** Customer id → segment ids. */
export type Memberships = Readonly<Record<string, readonly string[]>>;

export const nobody: Tally = { created: 0, replayed: 0, skipped: 0, memberships: 0, rejected: [] };

export function callFor(ms = 30_000): Call {
  return { signal: AbortSignal.timeout(ms), deadlineAt: Number.POSITIVE_INFINITY };
}

/** The `index`th second of a day: runs sort in this order. */
export function runAt(index: number): RunId {
  const time = new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString().slice(0, 19).toLowerCase();
  return parseRunId(`${time.replaceAll(/[-:]/g, '')}z`);
}

export function manifestOf(
  run: RunId,
  { parts = 1, hash = `hash of ${run}` }: { readonly parts?: number; readonly hash?: string } = {},
): Manifest {
  return {
    run,
    computedAt: new Date('2026-01-01T00:00:00Z'),
    layout: 'by-customer',
    format: 'ndjson',
    parts: Array.from({ length: parts }, (_, index) => ({ key: `members/part-${index}`, bytes: 1, rows: 1 })),
    catalogue: { key: 'catalogue.ndjson', bytes: 1, rows: 1 },
    totals: { memberships: 1, segments: 1 },
    producer: { name: 'test', version: '1' },
    hash,
  };
}

/** `at`: where in the part they begin. */
export function linesOf(part: Part, texts: readonly string[], at = 0): Lines {
  const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
  const spans = new Uint32Array(texts.length * SPAN_FIELDS);
  const offsets = new Float64Array(texts.length);
  let from = 0;
  texts.forEach((text, index) => {
    const to = from + Buffer.byteLength(text);
    if (!scanMemberLine(bytes, { from, to }, spans, index * SPAN_FIELDS)) throw new Error(`not canonical: ${text}`);
    offsets[index] = at + from;
    from = to + 1;
  });
  const numbers = Uint32Array.from(texts, (_, index) => index + 1);
  return { part, offset: at + from, bytes, spans, offsets, numbers, settled: nobody };
}

export function lineOf(customerId: string, segmentIds: readonly string[]): string {
  return printMember({ customerId: parseCustomerId(customerId), segmentIds: segmentIds.map(parseSegmentId) });
}

export async function* segmentsOf(...ids: string[]): AsyncGenerator<Segment> {
  for (const id of ids) {
    const attributes = { country: 'France' };
    yield { id: parseSegmentId(id), type: 'test', name: `Segment ${id}`, attributes, asOf: new Date(0), size: 1 };
  }
}

/** The next part of a build. */
export async function claimNext(build: Build, options: PartsOptions = {}): Promise<ClaimedPart> {
  for await (const claim of build.parts(options, callFor())) return claim;
  throw new Error('no part to claim');
}

/** Writes one part as its manifest promises it, and finishes it. */
export async function fillPart(claim: ClaimedPart, memberships: Memberships): Promise<Tally> {
  await using _ = claim;
  const texts = Object.entries(memberships).map(([customerId, segmentIds]) => lineOf(customerId, segmentIds));
  const tally = await claim.write(linesOf(claim.part, texts), callFor());
  await claim.finish(toOutcomes(tally));
  return tally;
}

/** Fills every part that is left, by its place in the manifest. */
export async function fillAll(build: Build, parts: readonly Memberships[]): Promise<void> {
  for await (const claim of build.parts({}, callFor())) {
    await fillPart(claim, parts[Number(claim.part.key.split('-').at(-1))] ?? {});
  }
}

/** A sealed generation of one part a record of memberships. */
export async function sealed(store: Store, run: RunId, ...parts: readonly Memberships[]): Promise<Generation> {
  const manifest = manifestOf(run, { parts: parts.length });
  await using build = await store.writer.build(manifest, callFor());
  const ids = new Set(parts.flatMap((part) => Object.values(part).flat()));
  await build.catalogue(segmentsOf(...ids));
  await fillAll(build, parts);
  // Without `await` the build would be let go of before it is sealed.
  return await build.seal();
}

export async function published(store: Store, run: RunId, ...parts: readonly Memberships[]): Promise<Live> {
  await sealed(store, run, ...parts);
  return store.publisher.publish(run, (await store.publisher.live()).epoch, []);
}
