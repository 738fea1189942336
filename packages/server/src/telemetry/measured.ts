/** How long a handler takes and how it ends, for whoever counts or logs. */
import { statusOf } from '../errors.ts';
import type { Answer, Context } from '../handler.ts';

export interface Route {
  readonly method: string;
  /** As openapi.yaml has it, never the path of a request: that holds ids. */
  readonly template: string;
}

export interface Answered {
  readonly status: number;
  /** From the handler's first line to its response; what a stream writes afterwards is not in it. */
  readonly seconds: number;
  readonly context: Context;
}

/** Bound once a route, so that a request looks nothing up by name. */
export interface Watch {
  route(route: Route): (answered: Answered) => void;
}

/** Synchronous when `handler` is: an answer from memory leaves the call that brought it. */
export function measured(watch: Watch, route: Route, handler: Answer): Answer {
  const answered = watch.route(route);
  return (context) => {
    const startedAt = performance.now();
    const end = (status: number) => answered({ status, seconds: (performance.now() - startedAt) / 1000, context });
    const fail = (error: unknown): never => {
      end(statusOf(error));
      throw error;
    };
    let answer: Response | Promise<Response>;
    try {
      answer = handler(context);
    } catch (error) {
      return fail(error);
    }
    if (answer instanceof Promise) return answer.then((response) => ended(response, end), fail);
    return ended(answer, end);
  };
}

function ended(response: Response, end: (status: number) => void): Response {
  end(response.status);
  return response;
}

/** Everyone hears of every answer. */
export function together(...watches: readonly Watch[]): Watch {
  return {
    route(route) {
      const [first, ...others] = watches.map((watch) => watch.route(route));
      return (answered) => {
        first?.(answered);
        for (const other of others) other(answered);
      };
    },
  };
}
