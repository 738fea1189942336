/**
 * What the documentation of each has its user call, with its defaults, against a server of its own that accepts and never
 * answers. `start` is what is waited for once; checks of those who evaluate locally need no server.
 */
import { GrowthBook } from '@growthbook/growthbook';
import { init } from '@launchdarkly/node-server-sdk';
import { createSegmentClient } from '@segment-store/sdk';
import { Flagsmith } from 'flagsmith-nodejs';
import { PostHog } from 'posthog-node';
import { initialize, startUnleash } from 'unleash-client';

type Kind = 'remote evaluation' | 'start of local evaluation' | 'local evaluation, never started' | 'start';

export interface Probe {
  /** Its npm package; ours is no dependency of the benchmark's that could be installed. */
  readonly from: string;
  readonly kind: Kind;
  readonly call: string;
  /** Calls are made a tenth of a second apart; of what is called once, as it says. Default 20. */
  readonly calls?: number;
  /** @returns what makes one call */
  readonly prepare: (url: string) => (call: number) => unknown;
}

export const OURS = '@segment-store/sdk';
const ONCE = 1;
const launchDarkly = (url: string) => init('sdk-key', { baseUri: url, streamUri: url, eventsUri: url });
const growthBook = (url: string) => new GrowthBook({ apiHost: url, clientKey: 'sdk-key' });
const unleash = (url: string) => ({ url: `${url}/api/`, appName: 'bench', customHeaders: { Authorization: 'key' } });

export const probes: readonly Probe[] = [
  {
    from: OURS,
    kind: 'remote evaluation',
    call: 'lookup(id)',
    prepare: (url) => {
      const client = createSegmentClient({ baseUrl: url });
      return (call) => client.lookup(`customer-${call}`);
    },
  },
  {
    from: OURS,
    kind: 'start',
    call: 'ready()',
    calls: ONCE,
    prepare: (url) => () => createSegmentClient({ baseUrl: url }).ready(),
  },
  {
    from: 'flagsmith-nodejs',
    kind: 'remote evaluation',
    call: 'getIdentityFlags(id)',
    prepare: (url) => {
      const flagsmith = new Flagsmith({ environmentKey: 'key', apiUrl: `${url}/api/v1/` });
      return (call) => flagsmith.getIdentityFlags(`customer-${call}`);
    },
  },
  {
    from: 'flagsmith-nodejs',
    kind: 'start of local evaluation',
    call: 'getIdentityFlags(id), enableLocalEvaluation',
    calls: ONCE,
    prepare: (url) => {
      const local = { environmentKey: 'ser.key', enableLocalEvaluation: true };
      const flagsmith = new Flagsmith({ ...local, apiUrl: `${url}/api/v1/` });
      return () => flagsmith.getIdentityFlags('customer');
    },
  },
  {
    from: 'posthog-node',
    kind: 'remote evaluation',
    call: 'evaluateFlags(id)',
    prepare: (url) => {
      const client = new PostHog('key', { host: url });
      return (call) => client.evaluateFlags(`customer-${call}`);
    },
  },
  {
    from: 'posthog-node',
    kind: 'start of local evaluation',
    call: 'waitForLocalEvaluationReady()',
    calls: ONCE,
    prepare: (url) => () => new PostHog('key', { host: url, personalApiKey: 'phx' }).waitForLocalEvaluationReady(),
  },
  {
    from: '@growthbook/growthbook',
    kind: 'start of local evaluation',
    call: 'init()',
    calls: ONCE,
    prepare: (url) => () => growthBook(url).init(),
  },
  {
    from: '@growthbook/growthbook',
    kind: 'local evaluation, never started',
    call: 'isOn(flag)',
    prepare: (url) => {
      const client = growthBook(url);
      client.init().catch(() => {});
      return () => client.isOn('flag');
    },
  },
  {
    from: 'unleash-client',
    kind: 'start of local evaluation',
    call: 'startUnleash()',
    calls: ONCE,
    prepare: (url) => () => startUnleash(unleash(url)),
  },
  {
    from: 'unleash-client',
    kind: 'local evaluation, never started',
    call: 'isEnabled(flag)',
    prepare: (url) => {
      const client = initialize(unleash(url));
      client.on('error', () => {});
      return () => client.isEnabled('flag');
    },
  },
  {
    from: '@launchdarkly/node-server-sdk',
    kind: 'start of local evaluation',
    call: 'waitForInitialization()',
    calls: ONCE,
    prepare: (url) => () => launchDarkly(url).waitForInitialization(),
  },
  {
    from: '@launchdarkly/node-server-sdk',
    kind: 'start of local evaluation',
    call: 'waitForInitialization({ timeout: 10 })',
    calls: ONCE,
    prepare: (url) => () => launchDarkly(url).waitForInitialization({ timeout: 10 }),
  },
  {
    from: '@launchdarkly/node-server-sdk',
    kind: 'local evaluation, never started',
    call: 'boolVariation(flag, user, false)',
    prepare: (url) => {
      const client = launchDarkly(url);
      return (call) => client.boolVariation('flag', { kind: 'user', key: `customer-${call}` }, false);
    },
  },
];
