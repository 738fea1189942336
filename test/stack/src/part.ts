/** One process of the stack. */
export interface Running {
  readonly url: string;
  /** Of the process itself: signals sent to it reach no shim. */
  readonly pid: number;
  readonly logFile: string;
  stop(): Promise<void>;
}

export interface Part {
  readonly name: string;
  /** Starts it and waits until it answers; each time at the same address, with the data it had. */
  start(): Promise<Running>;
}
