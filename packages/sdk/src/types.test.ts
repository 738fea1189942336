import { expectTypeOf, test } from 'vitest';
import type { createSegmentClient, Lookup, LookupError, SegmentClient } from './index.ts';

type Name = 'recurrent:store:17' | 'inactive:country:France';
type Client = SegmentClient<Name>;

test('segment names are checked where a caller writes them', () => {
  expectTypeOf<Parameters<Client['isMember']>[1]>().toEqualTypeOf<Name>();
  expectTypeOf<Awaited<ReturnType<Client['lookup']>>['segmentIds']>().toEqualTypeOf<readonly Name[]>();
  expectTypeOf<Awaited<ReturnType<Client['lookupMany']>>>().toEqualTypeOf<ReadonlyMap<string, Lookup<Name>>>();
  expectTypeOf<Parameters<SegmentClient['isMember']>[1]>().toEqualTypeOf<string>();
});

test('a fallback does not say which segments there are', () => {
  const create = (make: typeof createSegmentClient) => make({ baseUrl: 'http://127.0.0.1', fallback: ['vip'] });
  expectTypeOf<ReturnType<typeof create>>().toEqualTypeOf<SegmentClient>();
});

test('what could not be found out has no facts, only a fallback and a reason', () => {
  expectTypeOf<Extract<Lookup, { ok: false }>>().toEqualTypeOf<{
    readonly ok: false;
    readonly servedFrom: 'fallback';
    readonly segmentIds: readonly string[];
    readonly error: LookupError;
  }>();
  expectTypeOf<Extract<Lookup, { ok: true }>['computedAt']>().toEqualTypeOf<Date>();
  expectTypeOf<Extract<Lookup, { ok: true }>['error']>().toEqualTypeOf<LookupError | undefined>();
  expectTypeOf<Awaited<ReturnType<Client['lookupOrThrow']>>['ok']>().toEqualTypeOf<true>();
});
