/** Exit codes of every command of ours; frozen. Codes of the second signal are 130 and 143. */
export const exitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  different: 3,
  refused: 4,
  held: 5,
  /** Source or store unavailable, or drained by a first signal: run it again. */
  unavailable: 6,
  /** Input incomplete, changed or corrupt. */
  input: 7,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Ends a command with a code and a message for people. */
export declare class CommandError extends Error {
  override readonly name: 'CommandError';
  readonly exitCode: ExitCode;
  constructor(code: ExitCode, message: string, options?: ErrorOptions);
}
