/** How long a handler takes and how it ends, for whoever counts or logs. */
import type { CallerClass } from '../admission/admission.ts';
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
  /** Undefined for a request that was refused before it came to a route. */
  readonly context: Context | undefined;
}

/** Whose key it was, for lines and spans. Of a token only that it is one: its subject may be a person. */
export function keyOf({ context }: Answered): string | undefined {
  const id = context?.get('caller')?.id;
  return id?.startsWith('jwt:') ? 'jwt' : id;
}

/** What may be a label of it; undefined where nobody was recognised. */
export const keyNameOf = ({ context }: Answered): string | undefined => context?.get('caller')?.name;

/** Undefined for who was not recognised, and where nobody need be. */
export const classOf = ({ context }: Answered): CallerClass | undefined => context?.get('caller')?.class;

/** Bound once a route, so that a request looks nothing up by name. */
export interface Watch {
  route(route: Route): (answered: Answered) => void;
}

/** Synchronous when `handler` is: an answer from memory leaves the call that brought it. */
export function measured(watch: Watch, route: Route, handler: Answer): Answer {
  const answered = watch.route(route);
  const end = (status: number, startedAt: number, context: Context) =>
    answered({ status, seconds: (performance.now() - startedAt) / 1_000, context });
  return (context) => {
    const startedAt = performance.now();
    let answer: Response | Promise<Response>;
    try {
      answer = handler(context);
    } catch (error) {
      end(statusOf(error), startedAt, context);
      throw error;
    }
    if (!(answer instanceof Promise)) {
      end(answer.status, startedAt, context);
      return answer;
    }
    return settled(answer, (status) => end(status, startedAt, context));
  };
}

async function settled(answer: Promise<Response>, end: (status: number) => void): Promise<Response> {
  try {
    const response = await answer;
    end(response.status);
    return response;
  } catch (error) {
    end(statusOf(error));
    throw error;
  }
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
