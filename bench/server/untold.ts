/** Loaded before the server: nobody counts or logs a request. Everything else is as it is. */
import { registerHooks } from 'node:module';

const TOLD = /\/telemetry\/(measured|metrics)\.ts$/;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    const told = TOLD.exec(resolved.url)?.[1];
    const isOwn = context.parentURL?.startsWith(new URL('.', import.meta.url).href) === true;
    return told === undefined || isOwn
      ? resolved
      : { ...resolved, url: new URL(`untold-${told}.ts`, import.meta.url).href };
  },
});
