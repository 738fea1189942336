/**
 * Two modules of undici, by path: its index replaces the process-wide dispatcher behind the global `fetch`, which
 * belongs to the application, and takes three times as long to load.
 */
declare module 'undici/lib/dispatcher/pool.js' {
  const Pool: typeof import('undici').Pool;
  export = Pool;
}
declare module 'undici/lib/api/api-request.js' {
  type Dispatcher = import('undici').Dispatcher;
  type RequestOptions = import('undici').Dispatcher.RequestOptions;
  type ResponseData = import('undici').Dispatcher.ResponseData;

  function request(this: Dispatcher, options: RequestOptions): Promise<ResponseData>;
  export = request;
}
