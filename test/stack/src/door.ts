/** What tests, drills and people may do to a running stack, in its process or from another. */
import type { Direction, Fault } from '@segment-store/services/fault-proxy';
import type { WireName } from './wires.ts';

export interface PartFacts {
  readonly url: string;
  readonly pid: number;
  readonly logFile: string;
}

/** As `stack.json` in the stack's folder has it, anew after each restart of a part. */
export interface Facts {
  /** Of the stack's own process. */
  readonly pid: number;
  /** Where it listens to whoever attaches to it. */
  readonly control: string;
  readonly folder: string;
  readonly parts: Readonly<Record<string, PartFacts>>;
  readonly keys: Readonly<Record<'checkout' | 'feed' | 'prefetch' | 'operator', string>>;
  /** What the servers' /metrics, /livez and so on ask no key for. */
  readonly ops: Readonly<Record<'server-1' | 'server-2', string>>;
  readonly s3: { readonly endpoint: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Runs are below it. */
  readonly runs: string;
  readonly queues: Readonly<Record<'runs' | 'aside', string>>;
  /** Folder of the textfile collector. */
  readonly jobFigures: string;
}

export interface Door {
  facts(): Promise<Facts>;
  /** SIGKILL; resolves when the process has ended. Nothing starts it again by itself. @throws Error for an unknown name */
  kill(part: string): Promise<void>;
  /** Ends it if it runs, and starts it at the same address with the data it had; resolves when it answers. */
  restart(part: string): Promise<void>;
  /**
   * What happens to the bytes between the product and a store from now on; `undefined` heals it. Default direction:
   * answers. @throws Error for a stack that was started without `faults`
   */
  inject(wire: WireName, fault: Fault | undefined, direction?: Direction): Promise<void>;
}
