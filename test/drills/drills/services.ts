/** What services that ask us, and what stands between them and us, suffer from. */
import type { Drill } from '../drill.ts';
import { rising } from '../figures.ts';

const WEEK_SECONDS = 7 * 86_400;

/** A service has two keys at most: each drill has one of its own. */
const named = (what: string): string => `drill-${what}-${Date.now().toString(36)}`;

const FALLBACKS = 'sum(rate(segment_store_client_lookups_total{segment_store_served_from="fallback"}[15s]))';

/** With cold caches, as after a deployment of theirs: nothing hides that nobody answers. */
export const serverOfAService: Drill = {
  how: 'server-1 is killed, and the services that ask begin anew',
  walks: {
    SegmentServerDown: { seen: 'alerted', looksFail: true },
    SegmentClientFallbacks: {
      seen: 'alerted',
      lingers: `${FALLBACKS} > 2`,
      over: `(${FALLBACKS} or vector(0)) < 2`,
    },
    SegmentClientBreakerOpen: { seen: 'alerted' },
  },
  async prepare(ground) {
    await ground.published();
    return { URL: ground.facts.parts['server-2']?.url ?? '' };
  },
  async bring({ door }) {
    await door.kill('server-1');
    await door.restart('traffic');
    return undefined;
  },
};

export const limitedService: Drill = {
  how: 'Prometheus is told of a service whose lookups are refused',
  walks: {
    SegmentClientLimited: {
      seen: 'pending',
      silent: ['segment_shed_total'],
      over: 'absent(segment_store_client_errors_total{instance="drill"})',
    },
  },
  async bring({ figures }) {
    const [errors, lookups] = [rising(10), rising(100)];
    await figures.tell('segment-client', () =>
      [
        `segment_store_client_errors_total{segment_store_client_name="drill",error_type="THROTTLED"} ${errors()}`,
        `segment_store_client_lookups_total{segment_store_client_name="drill",segment_store_served_from="cache"} ${lookups()}`,
        '',
      ].join('\n'),
    );
    return { SERVICE: named('limited') };
  },
  mend: ({ figures }) => figures.forget(),
};

export const endingKey: Drill = {
  how: 'a service gets a key that ends in a day',
  walks: { SegmentKeyExpiring: { seen: 'alerted' } },
  async bring({ mustRun }) {
    const environment = { SERVICE: named('ending') };
    await mustRun('segment-server keys create "$SERVICE" --keys "$KEYS" --days 1', environment);
    return environment;
  },
};

export const endingCertificate: Drill = {
  how: 'Prometheus is told of a certificate that ends in a week',
  walks: { SegmentCertificateExpiring: { seen: 'alerted' } },
  async bring({ figures }) {
    const end = Date.now() / 1_000 + WEEK_SECONDS;
    await figures.tell('segment-jobs', () => `probe_ssl_earliest_cert_expiry ${end}\n`);
    return undefined;
  },
  mend: ({ figures }) => figures.forget(),
};
