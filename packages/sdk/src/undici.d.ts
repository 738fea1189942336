/**
 * A module of undici, by path: its index replaces the process-wide dispatcher behind the global `fetch`, which
 * belongs to the application, and takes three times as long to load.
 */
declare module 'undici/lib/dispatcher/pool.js' {
  const Pool: typeof import('undici').Pool;
  export = Pool;
}
