/** What a page is made from, and what it is. */

import type { StorePublisher, StoreReader } from '@segment-store/store/store';
import type { html } from 'hono/html';
import type { Admission, Scope } from '../admission/admission.ts';
import type { ErasedCustomers } from '../lookup/erased.ts';
import type { Serving } from '../lookup/serving.ts';
import type { ProcessStatus } from '../routes/status.ts';

import type { Effects } from './effects.ts';

export interface ConsoleDeps {
  readonly serving: Serving;
  readonly store: {
    readonly reader: Pick<StoreReader, 'open'>;
    readonly publisher: Pick<StorePublisher, 'live' | 'generations' | 'heldSince' | 'status' | 'rollBack'>;
  };
  readonly erased: Pick<ErasedCustomers, 'has'>;
  readonly admission: Admission;
  readonly console: ConsoleConfig;
  readonly status: Pick<ProcessStatus, 'build'>;
  /** The figures of all processes of this server, as Prometheus reads them. */
  scrape(): Promise<string>;
  report(error: unknown): void;
}

/** What pages share. */
export interface PageDeps extends ConsoleDeps {
  readonly effects: Effects;
}

export interface ConsoleConfig {
  /** Flags with which a command of ours finds the same store: `--store embedded:./store`. No password. */
  readonly storeFlags: string;
  /** Where an answer comes from that is not in memory: `the store`. */
  readonly behindMemory: string;
  /** 32 bytes that seal what browsers keep: the same in every process of one server. */
  readonly secret: Uint8Array;
}

export type Html = ReturnType<typeof html>;

/** One request for a page, by somebody who was let in. */
export interface Visit {
  readonly url: URL;
  /** What stands in the path for `:name`, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** What a form sent; empty for a page that is looked at. */
  readonly form: URLSearchParams;
  readonly scopes: ReadonlySet<Scope>;
  /** Proves that a form was ours; undefined for who did not sign in. */
  readonly token: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly signal: AbortSignal;
}

export type Section = 'generations' | 'customers' | 'catalogue' | 'status' | 'rollback';

export interface View {
  readonly title: string;
  /** In which part of the console one is. */
  readonly section?: Section;
  readonly body: Html;
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Page = (visit: Visit, deps: PageDeps) => View | Response | Promise<View | Response>;
