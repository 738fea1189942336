/** Exit codes of every command of ours; frozen. A second signal ends with 130 (SIGINT) or 143 (SIGTERM). */
export const exitCode = {
  /** Done, or nothing to do. */
  done: 0,
  /** Unexpected: a defect of ours. */
  failed: 1,
  /** Usage or configuration. */
  usage: 2,
  /** Differences found. */
  different: 3,
  /** Refused by a gate, an error budget or a hold. */
  refused: 4,
  /** Another job holds the build, or a newer generation is live. */
  held: 5,
  /** Source or store unavailable, or drained by a first signal: run it again. */
  unavailable: 6,
  /** Input incomplete, changed or corrupt. */
  input: 7,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Ends a command with a code and a message for people. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(code: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = code;
  }
}

/** What was given and cannot be used. */
export const usage = (message: string, cause?: unknown): CommandError =>
  new CommandError(exitCode.usage, message, { cause });
