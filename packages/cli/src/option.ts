/** What a flag, an environment variable or a config key may hold. Values come from file < environment < flag. */

export interface Option<T> {
  readonly description: string;
  /** How help shows the value: `<url>`; absent for a switch. */
  readonly placeholder?: string;
  readonly fallback: T;
  readonly required: boolean;
  readonly secret: boolean;
  /** @throws Error whose message completes "--flag value: …" */
  parse(text: string): T;
}

interface Common {
  readonly description: string;
  readonly placeholder?: string;
  readonly secret?: boolean;
}

export declare function text(option: Common & { readonly fallback: string }): Option<string>;
export declare function optionalText(option: Common): Option<string | undefined>;
export declare function requiredText(option: Common): Option<string>;
export declare function integer(
  option: Common & { readonly fallback: number; readonly min?: number; readonly max?: number },
): Option<number>;
export declare function flag(option: { readonly description: string }): Option<boolean>;

/** Options by camelCase name: `s3Endpoint` is `--s3-endpoint`, `S3_ENDPOINT` behind the command's prefix, `s3Endpoint` in the file. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;
export type Values<Table extends OptionTable> = { readonly [Name in keyof Table]: ReturnType<Table[Name]['parse']> };
