/** What a command can say. Renderers decide how it looks; the command does not know. Fields are only ever added. */

/** Numbers by camelCase name that ends in its unit when it has one: `retries`, `inFlightBytes`. */
export type Figures = Readonly<Record<string, number>>;

export interface StageEvent {
  readonly kind: 'stage';
  readonly stage: string;
  readonly detail?: string;
  /** It waits for others to ask something of it: that nothing happens is no news. */
  readonly idle?: boolean;
}

/** How far the stage is. Counts are of the whole run, not since the last event. */
export interface ProgressEvent {
  readonly kind: 'progress';
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** Plural: `rows`. */
  readonly unit: string;
  /** Of the input. */
  readonly bytes?: { readonly done: number; readonly total?: number };
  /** `unit` per second over the last half minute; `measured` adds it, and how long the rest takes at this rate. */
  readonly perSecond?: number;
  readonly etaMs?: number;
  /** How many so far, by reason. */
  readonly rejected?: Figures;
  /** Levels and counts of this moment. */
  readonly figures?: Figures;
}

/** One of many things a stage works on. */
export interface ItemEvent {
  readonly kind: 'item';
  /** What it is, singular: `part`. */
  readonly item: string;
  readonly name: string;
  readonly state: 'begun' | 'finished' | 'failed';
  readonly figures?: Figures;
  readonly failure?: { readonly code: string; readonly text: string };
}

/** What a gate found. */
export interface VerdictEvent {
  readonly kind: 'verdict';
  readonly gate: string;
  readonly figure: string;
  readonly limit: string;
  readonly passed: boolean;
  /** Who or what let it pass all the same: `--accept drift`. */
  readonly overriddenBy?: string;
}

/** Nothing was said for a while: what is awaited, and for how long it has been silent. `heartbeat` says it. */
export interface WaitingEvent {
  readonly kind: 'waiting';
  readonly stage: string;
  readonly silentMs: number;
}

export interface RemarkEvent {
  readonly kind: 'note' | 'warning';
  readonly text: string;
}

/** One of many lines of what was asked for, before the result. */
export interface DataEvent {
  readonly kind: 'data';
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** `text` is what people asked for, `data` the same for programs. */
export interface ResultEvent {
  readonly kind: 'result';
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface ErrorEvent {
  readonly kind: 'error';
  readonly text: string;
  readonly exitCode: number;
  /** What the failure behind it is called: `ON_HOLD`. */
  readonly reason?: string;
}

export type CommandEvent =
  | StageEvent
  | ProgressEvent
  | ItemEvent
  | VerdictEvent
  | WaitingEvent
  | RemarkEvent
  | DataEvent
  | ResultEvent
  | ErrorEvent;

export type Say = (event: CommandEvent) => void;

/** Shows the events of one command in one place. */
export interface Renderer {
  readonly say: Say;
  /** Writes what is left. Never rejects: what cannot be shown must not change what a command did. */
  close(): Promise<void>;
}

/** Where a renderer writes. */
export interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
}
