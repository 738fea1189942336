/** A load as a command tells it, with every kind of event and every field. */
import type { CommandEvent } from './event.ts';

export const load: readonly CommandEvent[] = [
  { kind: 'stage', stage: 'check', idle: false },
  { kind: 'note', text: 'run 20260131t040000z: 3 parts' },
  { kind: 'stage', stage: 'fill', detail: '3 parts' },
  { kind: 'item', item: 'part', name: 'members/p0', state: 'begun' },
  { kind: 'item', item: 'part', name: 'members/p1', state: 'begun' },
  {
    kind: 'progress',
    stage: 'fill',
    done: 1_234_567,
    total: 4_000_000,
    unit: 'rows',
    bytes: { done: 98_765_432, total: 320_000_000 },
    perSecond: 70_500,
    etaMs: 39_000,
    rejected: { malformed: 7, 'duplicate-customer': 2 },
    figures: { retries: 3, inFlightBytes: 4_000_000 },
  },
  { kind: 'item', item: 'part', name: 'members/p0', state: 'finished', figures: { rows: 1_200_000 } },
  { kind: 'item', item: 'part', name: 'members/p1', state: 'failed', failure: { code: 'CORRUPT', text: 'cut short' } },
  { kind: 'waiting', stage: 'fill', silentMs: 30_000 },
  { kind: 'warning', text: 'members/p1 line 17: rejected as malformed' },
  { kind: 'stage', stage: 'gates' },
  { kind: 'verdict', gate: 'customers', figure: '3999991', limit: '4000000', passed: true },
  { kind: 'verdict', gate: 'drift', figure: '12 %', limit: '5 %', passed: false, overriddenBy: '--accept drift' },
  { kind: 'data', text: 'members/p1 line 17 malformed', data: { part: 'members/p1', line: 17 } },
  {
    kind: 'result',
    text: 'run 20260131t040000z is live, epoch 7',
    data: { run: '20260131t040000z', published: true, epoch: 7, customers: 3_999_991, seconds: { fill: 56.7 } },
  },
];
