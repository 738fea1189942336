/** What Prometheus and Alertmanager of a stack say. */
import { setTimeout as delay } from 'node:timers/promises';
import { get } from '@segment-store/services/service';
import type { Facts } from '@segment-store/stack/door';

export interface Observing {
  /** The samples that the query has now. Rejects with Prometheus's own words when it cannot be evaluated. */
  values(promql: string): Promise<readonly number[]>;
  /** How many they are. */
  count(promql: string): Promise<number>;
  /** Whether the rule's expression holds: the alert fires, or will after its `for`. */
  isPending(alert: string): Promise<boolean>;
  /** Whether Alertmanager has the alert, inhibited or not. */
  isNotified(alert: string): Promise<boolean>;
}

export function observing({ parts }: Facts): Observing {
  const prometheus = `${parts.prometheus?.url}/api/v1`;
  const alertmanager = `${parts.alertmanager?.url}/api/v2`;
  async function values(promql: string): Promise<readonly number[]> {
    const answer: Instant = JSON.parse(await get(`${prometheus}/query?query=${encodeURIComponent(promql)}`));
    return answer.data.result.map(({ value }) => Number(value[1]));
  }

  return {
    values,
    count: async (promql) => (await values(promql)).length,
    async isPending(alert) {
      const answer: Alerts = JSON.parse(await get(`${prometheus}/alerts`));
      return answer.data.alerts.some(({ labels }) => labels.alertname === alert);
    },
    async isNotified(alert) {
      const filter = encodeURIComponent(`alertname="${alert}"`);
      const alerts: readonly unknown[] = JSON.parse(await get(`${alertmanager}/alerts?filter=${filter}`));
      return alerts.length > 0;
    },
  };
}

/** A vector: queries of pages and drills are no scalars. */
interface Instant {
  readonly data: { readonly result: readonly { readonly value: readonly [at: number, value: string] }[] };
}

interface Alerts {
  readonly data: { readonly alerts: readonly { readonly labels: Readonly<Record<string, string>> }[] };
}

const POLL_MS = 500;

/** @throws Error with what did not come, and why if a question failed */
export async function until(what: string, withinMs: number, holds: () => Promise<boolean>): Promise<void> {
  const deadlineAt = performance.now() + withinMs;
  for (let trouble = ''; ; ) {
    const held = await holds().catch((error: Error) => {
      trouble = `: ${error.message}`;
      return false;
    });
    if (held) return;
    if (performance.now() > deadlineAt) throw new Error(`${what}: not within ${withinMs / 1_000} s${trouble}`);
    await delay(POLL_MS);
  }
}
