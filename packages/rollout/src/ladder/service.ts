/** The server that keeps the rollout, over HTTP. */
import type { components } from '@segment-store/contract/api.generated';
import { jsonObjectIn } from '../json-object.ts';

export type Rollout = components['schemas']['Rollout'];
export type Step = components['schemas']['RolloutStep'];

/** What the server refused, or that it did not answer. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  /** 0: no answer. */
  readonly status: number;
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }

  /** Asking again later may help. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Each rejects with a `ServiceError`. */
export interface Service {
  read(): Promise<Rollout>;
  /** Against the version that the caller judged. */
  step(step: Step, version: number): Promise<Rollout>;
}

export interface RolloutService extends Service {
  /** Version 0: there is none yet. */
  write(ladder: Rollout['ladder'], version: number): Promise<Rollout>;
}

export interface ServiceOptions {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
}

const ASK_MS = 10_000;

export function createService(name: string, { baseUrl, apiKey }: ServiceOptions): RolloutService {
  const path = `/v1/rollouts/${encodeURIComponent(name)}`;
  const headers = { ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }) };

  async function ask(target: string, init: RequestInit): Promise<Rollout> {
    const asking = fetch(baseUrl + target, { redirect: 'manual', signal: AbortSignal.timeout(ASK_MS), ...init });
    const response = await asking.catch((cause: unknown) => {
      throw new ServiceError(0, `${baseUrl} does not answer`, { cause });
    });
    const text = await response.text().catch(() => '');
    if (response.ok) return JSON.parse(text);
    throw new ServiceError(response.status, `${baseUrl}${target} was answered ${response.status}${detailOf(text)}`);
  }

  const change = (method: 'POST' | 'PUT', body: object, version: number): RequestInit => ({
    method,
    headers: { ...headers, 'content-type': 'application/json', 'if-match': `"${version}"` },
    body: JSON.stringify(body),
  });

  return {
    read: () => ask(path, { headers }),
    step: (step, version) => ask(`${path}/steps`, change('POST', step, version)),
    write: (ladder, version) => ask(path, change('PUT', ladder, version)),
  };
}

function detailOf(text: string): string {
  const detail = jsonObjectIn(text)?.detail;
  return typeof detail === 'string' ? `: ${detail}` : '';
}
