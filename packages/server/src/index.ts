export { type AppDeps, createApp } from './app.ts';
export { type Config, options, resolveConfig } from './config.ts';
export { type Conformance, createConformance, type Exchange } from './conformance.ts';
export { type Document, readDocument } from './document.ts';
export { type Listener, type ListenOptions, listen } from './listen.ts';
export { Serving, type ServingDeps } from './lookup/serving.ts';
export type { State, Status } from './lookup/status.ts';
export { serve } from './serve.ts';
