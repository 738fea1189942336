/** A server is killed without warning and started again: when Alertmanager and its receiver know of both. */
import { get } from '@segment-store/services/service';
import type { Ground } from './ground.ts';
import { until } from './observing.ts';

/** Since the kill, but `ended` and `resolved`, which are since the server was up again. */
export interface KillSeconds {
  /** Alertmanager has the alert. */
  readonly alerted: number;
  /** Slack was told: it waits ten seconds for more of the same. */
  readonly notified: number;
  /** Alertmanager has it no more. */
  readonly ended: number;
  /** Slack was told of the end: it is told once a minute at most. */
  readonly resolved: number;
}

const ALERT = 'SegmentServerDown';
/** Or the rule, which looks 12 s back, would know of it too early. */
const ANSWERS = 'min_over_time(up{job="segment-server",instance="server-1"}[15s]) == 1';
const WITHIN_MS = 180_000;

export async function killServer({ door, facts, isNotified, count }: Ground): Promise<KillSeconds> {
  const told = async (status: string): Promise<number> =>
    (await get(`${facts.parts.receiver?.url}`)).split(`${status} ticket: ${ALERT}`).length;
  const secondsSince = async (startedAt: number, what: string, holds: () => Promise<boolean>): Promise<number> => {
    await until(what, WITHIN_MS, holds);
    return (performance.now() - startedAt) / 1_000;
  };
  await until(`no ${ALERT} is there before`, WITHIN_MS, async () => !(await isNotified(ALERT)));
  await until('it has answered Prometheus for a while', WITHIN_MS, async () => (await count(ANSWERS)) > 0);
  const [firing, resolved] = [await told('FIRING'), await told('RESOLVED')];
  const killedAt = performance.now();
  await door.kill('server-1');
  const alerted = await secondsSince(killedAt, `Alertmanager has ${ALERT}`, () => isNotified(ALERT));
  const notified = await secondsSince(killedAt, 'Slack is told', async () => (await told('FIRING')) > firing);
  await door.restart('server-1');
  const upAt = performance.now();
  const ended = await secondsSince(upAt, `Alertmanager has no ${ALERT}`, async () => !(await isNotified(ALERT)));
  const isTold = async () => (await told('RESOLVED')) > resolved;
  return { alerted, notified, ended, resolved: await secondsSince(upAt, 'Slack is told of the end', isTold) };
}

export const killedText = ({ alerted, notified, ended, resolved }: KillSeconds): string =>
  [
    `server-1 killed: Alertmanager had the alert after ${alerted.toFixed(1)} s, Slack after ${notified.toFixed(1)} s;`,
    `up again: over after ${ended.toFixed(1)} s, Slack told after ${resolved.toFixed(1)} s`,
  ].join(' ');
