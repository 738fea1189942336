/** One wire try, whatever makes it. */
import type { HttpReply } from './decode.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpPool {
  /** Rejects with a `Failure`, or with the signal's reason. */
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpReply>;
  /** Loads what the first request would have to wait for. */
  warm(): Promise<void>;
  /** Cuts every connection; requests in flight reject. */
  destroy(): Promise<void>;
}

/** Room for 100 customers in thousands of segments each; what is larger is not taken into memory. */
export const MAX_REPLY_BYTES: number = 16 * 1024 * 1024;
