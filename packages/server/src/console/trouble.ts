/** What is wrong at this moment, and what that means for callers: the first thing to read at night. */
import { html } from 'hono/html';
import type { Serving } from '../lookup/serving.ts';
import type { Html } from './console.ts';
import { notice, type Tone } from './parts.ts';
import { sentence } from './problem.ts';
import { refusedNow } from './refusals.ts';
import type { Sample } from './samples.ts';
import { breakerOf } from './tiers.ts';

interface Trouble {
  readonly tone: Tone;
  readonly title: string;
  readonly detail: string;
}

export function trouble(samples: readonly Sample[], serving: Serving): Html {
  const all = [...ofServing(serving), ...ofStore(samples), ...ofRedis(samples), ...ofLoad(samples)];
  if (all.length === 0) return notice('good', 'Nothing is wrong', 'Every part is asked and nobody is refused.');
  return html`${all.map(({ tone, title, detail }) => notice(tone, title, detail))}`;
}

function ofServing(serving: Serving): readonly Trouble[] {
  const { state, detail } = serving.status();
  if (state === 'starting') return [{ tone: 'bad', title: 'Nothing is answered yet', detail: sentence(detail ?? '') }];
  if (state === 'draining') {
    return [{ tone: 'warn', title: 'This server is about to stop', detail: 'It ends the requests it has.' }];
  }
  if (detail === undefined) return [];
  return [{ tone: 'warn', title: 'What is served is not as it should be', detail: sentence(detail) }];
}

function ofStore(samples: readonly Sample[]): readonly Trouble[] {
  const breaker = breakerOf(samples, 'store');
  if (breaker === undefined || breaker === 'closed') return [];
  const title =
    breaker === 'open' ? 'The store is not asked: too many reads failed' : 'The store is tried again after failures';
  const detail =
    'Customers in memory or in Redis are answered; all others get 503. It is tried by itself, every half minute at the latest.';
  return [{ tone: breaker === 'open' ? 'bad' : 'warn', title, detail }];
}

function ofRedis(samples: readonly Sample[]): readonly Trouble[] {
  const breaker = breakerOf(samples, 'redis');
  if (breaker === undefined || breaker === 'closed') return [];
  const title =
    breaker === 'open' ? 'Redis is not asked: too many calls failed' : 'Redis is tried again after failures';
  const detail =
    'Nobody misses an answer: the store is asked instead, and has more to do. It is tried by itself, every five seconds at the latest.';
  return [{ tone: 'warn', title, detail }];
}

function ofLoad(samples: readonly Sample[]): readonly Trouble[] {
  const now = refusedNow(samples);
  if (now === '') return [];
  const detail = `The server has more to do than it can: ${now} of the requests are refused with 503, to be sent again after a second.`;
  return [{ tone: 'warn', title: 'Requests are refused', detail }];
}
