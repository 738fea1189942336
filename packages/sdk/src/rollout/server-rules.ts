/** Rules as the segment service keeps them. */
import { unlimited } from '@segment-store/resilience/operation';
import { systemTime } from '@segment-store/resilience/time';
import { type ApiKey, createCredential } from '../credential.ts';
import { createFetchPool } from '../fetch/pool.ts';
import { refuseOthers } from '../option.ts';
import { resolveKey, resolveUrl } from '../options.ts';

/** The segment service that keeps the rules; `baseUrl` is required. */
export interface ServerRulesOptions {
  /** Address of the segment service: `https://segments.example.com`. */
  readonly baseUrl: string | URL;
  /** A key with the scope `read`, or a function that gives it. */
  readonly apiKey?: ApiKey | undefined;
}

const NAMES = ['baseUrl', 'apiKey'];
/** Of one question; nobody waits for it but the next one. */
const ASK_MS = 5_000;

/** @throws TypeError for a wrong type or an unknown option, RangeError for a value out of range */
export function createServerRules(options: ServerRulesOptions): () => Promise<unknown> {
  refuseOthers('serverRules', options, NAMES, '{ baseUrl }');
  const { origin, basePath } = resolveUrl(options.baseUrl);
  const credential = createCredential(resolveKey(options.apiKey), systemTime);
  const pool = createFetchPool(origin, (input, init) => fetch(input, init));
  let held: { readonly rules: unknown; readonly etag: string } | undefined;

  async function ask(): Promise<unknown> {
    const signal = AbortSignal.timeout(ASK_MS);
    const key = await credential.key({ ...unlimited, signal, deadlineAt: systemTime.now() + ASK_MS });
    const headers = {
      accept: 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...(held && { 'if-none-match': held.etag }),
    };
    const reply = await pool.send({ method: 'GET', path: `${basePath}/v1/rollout-rules`, headers }, signal);
    if (reply.status === 304 && held !== undefined) return held.rules;
    if (reply.status === 401) credential.refused(key);
    if (reply.status !== 200)
      throw new Error(`GET /v1/rollout-rules was answered ${reply.status}${detailOf(reply.text)}`);
    const rules: unknown = JSON.parse(reply.text);
    const { etag } = reply.headers;
    held = typeof etag === 'string' ? { rules, etag } : undefined;
    return rules;
  }
  return ask;
}

/** What a service of ours says of a refusal. */
function detailOf(text: string): string {
  try {
    const { detail } = Object(JSON.parse(text));
    return typeof detail === 'string' ? `: ${detail}` : '';
  } catch {
    return '';
  }
}
