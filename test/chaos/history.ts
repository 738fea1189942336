/** What happened in a run, as those saw it who asked and who broke things: all that the checker is given. */

/** What an answer of 200 says. */
export interface Found {
  /** The generation that its body names. */
  readonly run: string;
  /** The one that its header names; another one only in a stale item of a batch. */
  readonly named: string;
  /** Both as the headers have them: of `named`, and of the server at that moment. */
  readonly epoch: number;
  readonly floor: number;
  readonly isStale: boolean;
  readonly known: boolean;
  /** Sorted, a blank between them. */
  readonly segments: string;
}

/** To one question about one customer: a batch has as many as it asked about. Times are of `clock.ts`. */
export interface Answer {
  /** When it was due to be asked; it was asked then or later. */
  readonly askedAt: number;
  readonly answeredAt: number;
  /** `server-1` */
  readonly server: string;
  readonly customer: string;
  /** Of HTTP; 0: none came. */
  readonly status: number;
  /** Kind of the problem, where there is one: `store-unavailable`. */
  readonly problem?: string;
  /** Of each 200. */
  readonly found?: Found;
}

/** What was done to the system, and what it acknowledged or showed of itself. */
export type Happening = { readonly at: number } & (
  | {
      readonly what: 'made';
      readonly run: string;
      /** Its lines are those of the first run, turned so often: `turned.ts`. */
      readonly turn: number;
    }
  /** The queue has said that it has the message. */
  | { readonly what: 'announced'; readonly run: string }
  /** Seen in Elasticsearch itself, past the product. */
  | { readonly what: 'live'; readonly run: string; readonly epoch: number }
  /** A server has said what it serves. */
  | { readonly what: 'served'; readonly server: string; readonly run: string; readonly askedAt: number }
  | { readonly what: 'rolled back'; readonly withdrawn: string }
  /** About to be asked for: from now on the customer may be a stranger. */
  | { readonly what: 'erasing'; readonly customer: string }
  /** It is acknowledged. */
  | { readonly what: 'erased'; readonly customer: string }
  /** A process is dead. */
  | { readonly what: 'ended'; readonly part: string }
  /** From then until `at` servers may not have heard of publishes, roll backs and erasures. */
  | { readonly what: 'outage'; readonly from: number }
  /** Every line of the live run beside the store: how many were wrong or absent. */
  | { readonly what: 'compared'; readonly run: string; readonly equal: number; readonly wrong: number }
  /** A change of a rollout is acknowledged. */
  | { readonly what: 'changed'; readonly change: string }
  /** It was looked for in the end. */
  | { readonly what: 'looked up'; readonly change: string; readonly isThere: boolean }
);

export interface Truth {
  /** Customer → segments of everybody in a run, as `Found` has them; undefined for a run that nobody made. */
  of(run: string): ReadonlyMap<string, string> | undefined;
}

export interface History {
  /** In the order in which they came. */
  readonly answers: readonly Answer[];
  /** In the order in which they happened. */
  readonly happenings: readonly Happening[];
  readonly truth: Truth;
  /** From a roll back or an acknowledged erasure to the last answer of a server that has not heard of it. */
  readonly boundMs: number;
}

export type HappeningOf<What extends Happening['what']> = Extract<Happening, { readonly what: What }>;

export function happeningsOf<What extends Happening['what']>(
  { happenings }: Pick<History, 'happenings'>,
  what: What,
): readonly HappeningOf<What>[] {
  return happenings.filter((one): one is HappeningOf<What> => one.what === what);
}
