import { cache } from './cache.ts';
import { clients } from './clients.ts';
import type { Dashboard } from './dashboard.ts';
import { dependencies } from './dependencies.ts';
import { jobs } from './jobs.ts';
import { node } from './node.ts';
import { overview } from './overview.ts';
import { rollout } from './rollout.ts';

export const DASHBOARDS: readonly Dashboard[] = [overview, cache, dependencies, node, jobs, clients, rollout];
