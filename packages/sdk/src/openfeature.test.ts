/** The provider requirements of OpenFeature's specification, § 2, run by its own SDK; what § 5 asks of providers too. */
import {
  type EvaluationContext,
  OpenFeature,
  type Provider,
  ProviderEvents,
  ProviderStatus,
} from '@openfeature/server-sdk';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createSegmentProvider, type SegmentProviderOptions } from './openfeature.ts';
import { createTestClient, type TestClient, type TestClientOptions } from './testing.ts';

const C1: EvaluationContext = { targetingKey: 'c1' };
const customers = { c1: ['vip', 'recurrent:store:17'] };
let domains = 0;

afterEach(async () => {
  await OpenFeature.clearProviders();
  OpenFeature.clearHandlers();
});

/** A domain of its own, so that no test meets the events of another. */
async function domain(options: TestClientOptions = {}, providerOptions: SegmentProviderOptions = {}) {
  const segments: TestClient = createTestClient({ customers, ...options });
  const provider = createSegmentProvider(() => segments, providerOptions);
  domains += 1;
  const name = `domain-${domains}`;
  const flags = OpenFeature.getClient(name);
  const events: string[] = [];
  for (const event of [ProviderEvents.Ready, ProviderEvents.Stale, ProviderEvents.Error]) {
    flags.addHandler(event, () => void events.push(event));
  }
  const set = () => OpenFeature.setProviderAndWait(name, provider);
  return { segments, provider, flags, events, set };
}

async function ready(options?: TestClientOptions, providerOptions?: SegmentProviderOptions) {
  const all = await domain(options, providerOptions);
  await all.set();
  return all;
}

describe('2.1 the interface', () => {
  test('2.1.1: its metadata names it', async () => {
    const { flags } = await ready();
    expect(flags.metadata.providerMetadata.name).toBe('segment-store');
  });
});

describe('2.2 resolving values', () => {
  test('2.2.1, 2.2.3: a segment is a boolean flag', async () => {
    const { flags } = await ready();
    expect(await flags.getBooleanValue('vip', false, C1)).toBe(true);
    expect(await flags.getBooleanValue('new', true, C1)).toBe(false);
  });

  test('2.2.1, 2.2.3: the list of segments is an object flag, named as told', async () => {
    const { flags } = await ready({}, { listFlag: 'all-segments' });
    expect(await flags.getObjectValue('all-segments', [], C1)).toEqual(customers.c1);
  });

  test('2.2.2.1: strings and numbers have methods too; no segment is one', async () => {
    const { flags } = await ready();
    const mismatch = { reason: 'ERROR', errorCode: 'TYPE_MISMATCH' };
    expect(await flags.getStringDetails('vip', 'none', C1)).toMatchObject({ value: 'none', ...mismatch });
    expect(await flags.getNumberDetails('vip', 7, C1)).toMatchObject({ value: 7, ...mismatch });
    expect(await flags.getObjectDetails('vip', {}, C1)).toMatchObject({ value: {}, ...mismatch });
    expect(await flags.getObjectDetails('segments', {}, C1)).toMatchObject({ value: {}, ...mismatch });
    expect(await flags.getBooleanDetails('segments', true, C1)).toMatchObject({ value: true, ...mismatch });
  });

  test('2.2.4: the variant says which value it is', async () => {
    const { flags } = await ready();
    expect(await flags.getBooleanDetails('vip', false, C1)).toMatchObject({ variant: 'member' });
    expect(await flags.getBooleanDetails('new', false, C1)).toMatchObject({ variant: 'not-member' });
    expect(await flags.getObjectDetails('segments', [], C1)).toMatchObject({ variant: 'segments' });
  });

  test('2.2.5: the reason says where the answer came from', async () => {
    const { flags, segments } = await ready();
    const reason = async () => (await flags.getBooleanDetails('vip', false, C1)).reason;
    expect(await reason()).toBe('TARGETING_MATCH');
    expect(await reason()).toBe('CACHED');
    await segments.advance(120_000);
    segments.service.hang();
    expect(await reason()).toBe('STALE');
  });

  test('2.2.6, 2.3.2: a value found has neither error code nor message, stale or not', async () => {
    const { flags, segments } = await ready();
    const details = async () => flags.getBooleanDetails('vip', false, C1);
    expect(await details()).not.toHaveProperty('errorCode');
    segments.service.fail('SERVER');
    await segments.advance(3_600_000);
    expect(await details()).toMatchObject({ value: true, reason: 'STALE', flagMetadata: { degradedBy: 'SERVER' } });
    expect(await details()).not.toHaveProperty('errorCode');
    expect(await details()).not.toHaveProperty('errorMessage');
  });

  test.each([
    ['SERVER', 'GENERAL'],
    ['NETWORK', 'GENERAL'],
    ['TIMEOUT', 'GENERAL'],
    ['OVERLOADED', 'GENERAL'],
    ['CIRCUIT_OPEN', 'GENERAL'],
    ['THROTTLED', 'GENERAL'],
    ['UNAUTHORIZED', 'GENERAL'],
    ['PROTOCOL', 'PARSE_ERROR'],
  ] as const)('2.2.7: what ends as %s is the caller’s default and %s', async (code, errorCode) => {
    const { flags, segments } = await ready();
    segments.service.fail(code);
    const failed = { reason: 'ERROR', errorCode, errorMessage: expect.stringContaining(code) };
    expect(await flags.getBooleanDetails('vip', true, C1)).toMatchObject({ value: true, ...failed });
    expect(await flags.getBooleanDetails('vip', false, C1)).toMatchObject({ value: false, ...failed });
    expect(await flags.getObjectDetails('segments', ['none'], C1)).toMatchObject({ value: ['none'], ...failed });
  });

  test('2.2.7: a segment that does not exist is FLAG_NOT_FOUND', async () => {
    const { flags, segments } = await ready({ customers: { c1: { segmentIds: [], complete: false } } });
    segments.service.fail('UNKNOWN_SEGMENT');
    const missing = { value: true, errorCode: 'FLAG_NOT_FOUND' };
    expect(await flags.getBooleanDetails('tpyo', true, C1)).toMatchObject(missing);
    expect(await flags.getBooleanDetails('no good', true, C1)).toMatchObject(missing);
  });

  test('2.2.7: without a customer there is TARGETING_KEY_MISSING, with an impossible one INVALID_CONTEXT', async () => {
    const { flags } = await ready();
    expect(await flags.getBooleanDetails('vip', true)).toMatchObject({ errorCode: 'TARGETING_KEY_MISSING' });
    expect(await flags.getBooleanDetails('vip', true, { targetingKey: '' })).toMatchObject({
      value: true,
      errorCode: 'INVALID_CONTEXT',
    });
  });

  test('2.2.9, 2.2.10: metadata says of which generation the answer is, in flat values', async () => {
    const { flags } = await ready();
    const { flagMetadata } = await flags.getBooleanDetails('vip', false, C1);
    expect(flagMetadata).toEqual({
      servedFrom: 'server',
      ageMs: 0,
      known: true,
      generation: '20260101t000000z',
      computedAt: '2026-01-01T00:00:00.000Z',
    });
  });

  test('what a caller does to a list does not reach the next', async () => {
    const { flags } = await ready();
    const list = await flags.getObjectValue<string[]>('segments', [], C1);
    list.push('mine');
    expect(await flags.getObjectValue('segments', [], C1)).toEqual(customers.c1);
  });
});

describe('2.3 hooks', () => {
  test('2.3.1: it has none; those of the application see its details', async () => {
    const { flags, provider, segments } = await ready();
    expect(provider.hooks ?? []).toEqual([]);
    const [after, error] = [vi.fn(), vi.fn()];
    flags.addHooks({ after, error });
    await flags.getBooleanValue('vip', false, C1);
    segments.service.fail('SERVER');
    await flags.getBooleanValue('vip', false, { targetingKey: 'c2' });
    expect(after).toHaveBeenCalledOnce();
    expect(error).toHaveBeenCalledOnce();
  });

  test('2.3.3: a message says what went wrong, and no id', async () => {
    const { flags, segments } = await ready();
    segments.service.fail('SERVER');
    const { errorMessage } = await flags.getBooleanDetails('vip', false, { targetingKey: 'secret-customer' });
    expect(errorMessage).toMatch(/SERVER/);
    expect(errorMessage).not.toMatch(/secret/);
  });
});

describe('2.4 initialising', () => {
  test('2.4.1: it waits until the service answers', async () => {
    const { segments, events, flags, set } = await domain({ clock: 'manual' });
    segments.service.delay(500);
    const setting = set();
    await segments.advance(499);
    expect(flags.providerStatus).toBe(ProviderStatus.NOT_READY);
    await segments.advance(1);
    await setting;
    expect(flags.providerStatus).toBe(ProviderStatus.READY);
    expect(events).toEqual([ProviderEvents.Ready]);
  });

  test('2.4.2.1: a service that does not answer ends it as ERROR, within its own time; reads go on trying', async () => {
    const { segments, events, flags, set } = await domain({}, { initTimeoutMs: 300 });
    segments.service.hang();
    await expect(set()).rejects.toThrow('has not answered');
    expect(flags.providerStatus).toBe(ProviderStatus.ERROR);
    segments.service.heal();
    expect(await flags.getBooleanValue('vip', false, C1)).toBe(true);
    expect(flags.providerStatus).toBe(ProviderStatus.READY);
    expect(events).toEqual([ProviderEvents.Error, ProviderEvents.Ready]);
  });

  test('2.4.2.1: a refused key is no end for life', async () => {
    const { segments, flags, set } = await domain();
    segments.service.fail('UNAUTHORIZED');
    await expect(set()).rejects.toThrow();
    expect(flags.providerStatus).toBe(ProviderStatus.ERROR);
    segments.service.heal();
    expect(await flags.getBooleanValue('vip', false, C1)).toBe(true);
  });

  test('2.4.2.1: options that are wrong are FATAL', async () => {
    const provider = createSegmentProvider(() => {
      throw new RangeError('deadlineMs is 0; give a whole number from 1');
    });
    await expect(OpenFeature.setProviderAndWait('fatal', provider)).rejects.toThrow('deadlineMs is 0');
    const flags = OpenFeature.getClient('fatal');
    expect(flags.providerStatus).toBe(ProviderStatus.FATAL);
    expect(await flags.getBooleanDetails('vip', true, C1)).toMatchObject({ value: true, errorCode: 'PROVIDER_FATAL' });
  });

  test('a service that is behind makes it STALE', async () => {
    const { segments, flags, set } = await domain();
    segments.service.lag();
    await set();
    await vi.waitFor(() => expect(flags.providerStatus).toBe(ProviderStatus.STALE));
  });
});

describe('2.5 shutting down', () => {
  test('2.5.1: its client is closed with it', async () => {
    const { segments } = await ready();
    await OpenFeature.close();
    expect(await segments.lookup('c1')).toMatchObject({ error: { code: 'CLOSED' } });
  });

  test('2.5.2: afterwards it is as before it was initialised, and can be again', async () => {
    const clients: TestClient[] = [];
    const provider: Provider = createSegmentProvider(() => {
      const client = createTestClient({ customers });
      clients.push(client);
      return client;
    });
    const resolve = () => provider.resolveBooleanEvaluation('vip', false, C1, console);
    expect(await resolve()).toMatchObject({ errorCode: 'PROVIDER_NOT_READY' });
    await OpenFeature.setProviderAndWait('again', provider);
    await OpenFeature.clearProviders();
    expect(await resolve()).toMatchObject({ errorCode: 'PROVIDER_NOT_READY' });
    await OpenFeature.setProviderAndWait('again', provider);
    expect(await resolve()).toMatchObject({ value: true });
    expect(clients).toHaveLength(2);
  });
});

test('2.6.1, 2.7.1: it follows no context and tracks nothing: it is of the server, and sends only lookups', async () => {
  const { provider } = await ready();
  expect(provider.runsOn).toBe('server');
  expect(provider.track).toBeUndefined();
});

describe('5.1 events', () => {
  const others = (count: number) => Array.from({ length: count }, (_, index) => ({ targetingKey: `other-${index}` }));

  test('5.1.1: three requests in a row that end in a fallback are an ERROR, the next answer is READY', async () => {
    const { segments, flags, events } = await ready();
    segments.service.fail('SERVER');
    for (const context of others(2)) await flags.getBooleanValue('vip', false, context);
    expect(flags.providerStatus).toBe(ProviderStatus.READY);
    await flags.getBooleanValue('vip', false, { targetingKey: 'third' });
    expect(flags.providerStatus).toBe(ProviderStatus.ERROR);
    segments.service.heal();
    await flags.getBooleanValue('vip', false, { targetingKey: 'fourth' });
    expect(events).toEqual([ProviderEvents.Ready, ProviderEvents.Error, ProviderEvents.Ready]);
  });

  test('5.1.1: in an outage answered by what was kept it is STALE', async () => {
    const { segments, flags, events } = await ready();
    await flags.getBooleanValue('vip', false, C1);
    segments.service.fail('SERVER');
    await segments.advance(3_600_000);
    for (let call = 0; call < 3; call += 1) expect(await flags.getBooleanValue('vip', false, C1)).toBe(true);
    expect(flags.providerStatus).toBe(ProviderStatus.STALE);
    segments.service.heal();
    await segments.advance(3_600_000);
    await flags.getBooleanValue('vip', false, C1);
    expect(events).toEqual([ProviderEvents.Ready, ProviderEvents.Stale, ProviderEvents.Ready]);
  });

  test('5.1.1: what callers do wrong is no event', async () => {
    const { flags, events } = await ready();
    for (let call = 0; call < 5; call += 1) await flags.getBooleanValue('no good', false, C1);
    expect(events).toEqual([ProviderEvents.Ready]);
  });

  test('5.1.4: an ERROR says why', async () => {
    const { segments, flags } = await ready();
    const messages: (string | undefined)[] = [];
    flags.addHandler(ProviderEvents.Error, (details) => void messages.push(details?.message));
    segments.service.fail('NETWORK');
    for (const context of others(3)) await flags.getBooleanValue('vip', false, context);
    expect(messages).toEqual([expect.stringContaining('NETWORK')]);
  });
});
