/** What a command can say. Renderers decide how it looks; the command does not know. */
export type CommandEvent =
  | { readonly kind: 'stage'; readonly stage: string; readonly detail?: string }
  | {
      readonly kind: 'progress';
      readonly stage: string;
      readonly done: number;
      readonly total: number;
      readonly unit: string;
    }
  | { readonly kind: 'note' | 'warning'; readonly text: string }
  /** `text` is what people asked for, `data` the same for programs. */
  | { readonly kind: 'result'; readonly text: string; readonly data: Readonly<Record<string, unknown>> }
  | { readonly kind: 'error'; readonly text: string; readonly exitCode: number };

export type Say = (event: CommandEvent) => void;

/** Where a renderer writes. */
export interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
}
