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
  | { readonly kind: 'result'; readonly text: string; readonly data: Readonly<Record<string, unknown>> };

export type Say = (event: CommandEvent) => void;
