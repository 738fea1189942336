/** The console's place in the app. Its code is loaded when somebody first asks for a page: lookups do not pay for it. */
import type { Hono } from 'hono';
import type { Answer, Env } from '../handler.ts';
import { measured, type Watch } from '../telemetry/measured.ts';
import type { ConsoleDeps } from './console.ts';

export function consoleRoutes(app: Hono<Env>, watch: Watch, deps: ConsoleDeps): void {
  let loading: Promise<Answer> | undefined;
  const answer: Answer = async (context) => {
    loading ??= import('./router.ts').then(({ createRouter }) => createRouter(deps));
    return (await loading)(context);
  };
  // One route for figures: what follows may hold an id.
  app.all('/console/*', measured(watch, { method: 'any', template: '/console' }, answer));
}
