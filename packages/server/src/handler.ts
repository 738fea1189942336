/** What answers one operation of openapi.yaml. */
import type { HttpBindings } from '@hono/node-server';
import type { Context as HonoContext } from 'hono';
import type { Caller, Permit } from './admission/admission.ts';

/** `incoming` is absent where the app is called without a socket, as in its tests. */
export interface Env {
  readonly Bindings: Partial<HttpBindings>;
  /** Who was let in, for figures and logs; undefined for a request that was not. */
  readonly Variables: { readonly caller: Pick<Caller, 'id' | 'name' | 'class'> | undefined };
}
export type Context = HonoContext<Env>;

/** A hit leaves synchronously. Headers go into the `Response`: `context.header` costs a third of the throughput. */
export type Handler = (context: Context, permit: Permit) => Response | Promise<Response>;

/** A handler whose caller was let in, or whom nobody asked. */
export type Answer = (context: Context) => Response | Promise<Response>;

/** Method, path and scope of the operation stand in openapi.yaml. @throws TypeError when it has none of this id */
export type Route = (operationId: string, handler: Handler) => void;
