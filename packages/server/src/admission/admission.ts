/** Who asks, what they may do, and whether now. */

/** What a caller may do; each operation of openapi.yaml names the one it needs. */
export const scopes = ['read', 'read:members', 'publish', 'erase', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** Whom an overloaded server refuses last, first and in between. */
export const callerClasses = ['critical', 'normal', 'best-effort'] as const;
export type CallerClass = (typeof callerClasses)[number];

export interface Caller {
  /** Of a key, or the subject of a token after `jwt:`; for limits and for who changed what, never for a label. */
  readonly id: string;
  /** Of the key, as its file names services; of a token only `jwt`. Few, so that it may be a label. */
  readonly name?: string;
  readonly class: CallerClass;
  readonly scopes: ReadonlySet<Scope>;
}

export interface Asking {
  /** The header as it was sent. */
  readonly authorization: string | undefined;
  /** Hears who it is that is refused, of somebody who is known. */
  onRefused?(caller: Caller): void;
}

/** One request that was let in. */
export interface Permit {
  readonly caller: Caller;
  /** What it costs beyond one request: later ones of the caller wait for it. A question about many customers is many. */
  spend(requests: number): void;
  /** The request has its answer; once. */
  release(): void;
  /** Its answer goes on when the handler has returned: it counts until what this returns is called, once. */
  hold(): () => void;
}

export interface Admission {
  /**
   * Synchronous for a caller seen before.
   * @throws ProblemError 401 `unauthorized`, 403 `forbidden`, 429 `rate-limited`, 503 `overloaded`; a promise rejects with it
   */
  admit(asking: Asking, need: Scope): Permit | Promise<Permit>;
}

/** Of operations that anybody may call, and that no limit holds back: probes and the document. */
export const publicPermit: Permit = {
  caller: { id: 'anybody', class: 'critical', scopes: new Set() },
  spend: () => {},
  release: () => {},
  hold: () => () => {},
};
