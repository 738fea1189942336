/**
 * Hono's fast router takes no fixed name beside a parameter, and one such pair sends all routes to the slow one:
 * `POST /v1/generations/rollback` beside `/{run}/publish`. With a router for each method that is a matter of POST alone.
 */
import { METHOD_NAME_ALL, type Router } from 'hono/router';
import { RegExpRouter } from 'hono/router/reg-exp-router';
import { SmartRouter } from 'hono/router/smart-router';
import { TrieRouter } from 'hono/router/trie-router';

export class RouterByMethod<T> implements Router<T> {
  readonly name = 'RouterByMethod';
  readonly #routers = new Map<string, Router<T>>();
  /** Routes that every method has. */
  readonly #common: (readonly [path: string, handler: T])[] = [];

  constructor() {
    this.#create(METHOD_NAME_ALL);
  }

  add(method: string, path: string, handler: T): void {
    if (method !== METHOD_NAME_ALL) {
      (this.#routers.get(method) ?? this.#create(method)).add(method, path, handler);
      return;
    }
    this.#common.push([path, handler]);
    for (const router of this.#routers.values()) router.add(method, path, handler);
  }

  match(method: string, path: string): ReturnType<Router<T>['match']> {
    const router = this.#routers.get(method) ?? this.#routers.get(METHOD_NAME_ALL);
    return router?.match(method, path) ?? [[]];
  }

  #create(method: string): Router<T> {
    const router = new SmartRouter<T>({ routers: [new RegExpRouter(), new TrieRouter()] });
    for (const [path, handler] of this.#common) router.add(METHOD_NAME_ALL, path, handler);
    this.#routers.set(method, router);
    return router;
  }
}
