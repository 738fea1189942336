/** Loaded before the server: nobody counts or logs a request. Everything else is as it is. */
import { registerHooks } from 'node:module';

/** Only for those who wrap handlers or make the counters: others may take from these modules what they like. */
const TOLD = [
  {
    by: /\/server\/src\/(app|console\/routes)\.ts$/,
    of: /\/telemetry\/measured\.ts$/,
    instead: './untold-measured.ts',
  },
  { by: /\/telemetry\/telemetry\.ts$/, of: /\/telemetry\/metrics\.ts$/, instead: './untold-metrics.ts' },
];

registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context);
    const told = TOLD.find(({ by, of }) => by.test(context.parentURL ?? '') && of.test(resolved.url));
    return told === undefined ? resolved : { ...resolved, url: new URL(told.instead, import.meta.url).href };
  },
});
