/** How this process fares: for people and consoles. Nothing here touches the store. */
import type { components } from '@segment-store/contract/api.generated';
import type { Route } from '../handler.ts';
import { searchOf } from '../hot-route.ts';
import { json } from '../json.ts';
import type { ErasedCustomers } from '../lookup/erased.ts';
import type { Serving } from '../lookup/serving.ts';
import type { Requests } from '../middleware/validate.ts';
import type { Counted } from '../telemetry/metrics.ts';

/** What the parts of a server know of themselves. */
export interface ProcessStatus {
  readonly build: { readonly version: string; readonly startedAt: Date; readonly worker?: number };
  counted(): Counted;
}

export interface StatusDeps {
  readonly serving: Serving;
  readonly requests: Requests;
  readonly erased: Pick<ErasedCustomers, 'size'>;
  readonly status: ProcessStatus;
}

export function statusRoute(route: Route, { serving, requests, erased, status }: StatusDeps): void {
  route('getStatus', (context) => {
    requests.noQuery(searchOf(context));
    const { startedAt, ...build } = status.build;
    const { state, detail, pinned } = serving.status();
    const body: components['schemas']['Status'] = {
      build: { ...build, node: process.version, startedAt: startedAt.toISOString() },
      status: state,
      ...(detail !== undefined && { detail }),
      ...(pinned && { served: served(pinned) }),
      erasedCustomers: erased.size,
      ...status.counted(),
    };
    return json(body);
  });
}

type Pinned = NonNullable<ReturnType<Serving['status']>['pinned']>;

function served({ run, computedAt, ageMs, ...rest }: Pinned): NonNullable<components['schemas']['Status']['served']> {
  const { epoch, floor, isLate: late, isKept: kept } = rest;
  const ageSeconds = Math.round(ageMs / 1_000);
  return { generation: run, epoch, floor, computedAt: computedAt.toISOString(), ageSeconds, late, kept };
}
