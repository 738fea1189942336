/** Erasure: a customer is forgotten. */
import type { components } from '@segment-store/contract/api.generated';
import { isCustomerId } from '@segment-store/contract/id';
import { bounded } from '@segment-store/resilience/deadline';
import { isFailure } from '@segment-store/resilience/failure';
import type { ErasureReceipt } from '@segment-store/store/store';
import { storeUnavailable } from '../errors.ts';
import type { Route } from '../handler.ts';
import { searchOf } from '../hot-route.ts';
import { noCustomerId } from '../ids.ts';
import { json } from '../json.ts';
import type { ErasedCustomers } from '../lookup/erased.ts';
import type { Requests } from '../middleware/validate.ts';

/** Every generation that is kept is gone through. */
const ERASE_MS = 30_000;

export interface ErasureDeps {
  readonly requests: Requests;
  readonly erased: Pick<ErasedCustomers, 'add'>;
}

export function erasureRoutes(route: Route, { requests, erased }: ErasureDeps): void {
  route('eraseCustomer', async (context) => {
    const customerId = context.req.param('customerId') ?? '';
    if (!isCustomerId(customerId)) throw noCustomerId('customerId of the path', customerId);
    requests.noQuery(searchOf(context));
    // It goes on when the caller has left: who asked once wants it done.
    const receipt = await bounded(ERASE_MS, (call) => erased.add(customerId, call)).catch((error) => {
      throw unfinished(error);
    });
    return json(toJson(receipt));
  });
}

/** Without the id: a receipt is for files. */
function toJson({ at, recorded, generations }: ErasureReceipt): components['schemas']['ErasureReceipt'] {
  return { at: at.toISOString(), recorded, generations };
}

function unfinished(error: unknown): unknown {
  if (!isFailure(error)) return error;
  return storeUnavailable(`the store has not forgotten the customer everywhere yet (${error.code}): send this again`);
}
