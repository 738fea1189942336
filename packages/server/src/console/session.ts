/**
 * A browser that signed in sends its key back in a cookie, sealed: whoever holds the cookie can use it here for eight
 * hours, but cannot read the key. Nothing of it is kept by the server, so that any of several processes understands it.
 * Ended by signing out (the cookie goes), by revoking the key, and by a restart.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface Session {
  /** The key or token with which this browser signed in. */
  readonly key: string;
  /** Stands in every form of this session. */
  readonly token: string;
}

export interface Sessions {
  /** What `Set-Cookie` says. Undefined for a key that no cookie can hold. */
  begin(key: string, options: { readonly isSecure: boolean }): string | undefined;
  /** What the request's `Cookie` says; undefined for none, one that is over or not ours. */
  of(cookies: string | undefined): Session | undefined;
  isOurs(session: Session, token: string | null): boolean;
}

const NAME = 'segment-console';
const LASTS_S = 8 * 3600;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';
const ATTRIBUTES = 'Path=/console; HttpOnly; SameSite=Strict';
/** Browsers drop a cookie of more than 4,096 bytes. */
const MAX_COOKIE = 4_000;

export const END_OF_SESSION: string = `${NAME}=; ${ATTRIBUTES}; Max-Age=0`;

/** `secret`: 32 bytes. */
export function createSessions(secret: Uint8Array, now: () => number): Sessions {
  const tokenOf = (sealed: string) => createHmac('sha256', secret).update(`form ${sealed}`).digest('base64url');
  return {
    begin(key, { isSecure }) {
      const sealed = seal(secret, JSON.stringify({ key, until: now() + LASTS_S * 1000 }));
      if (sealed.length > MAX_COOKIE) return undefined;
      return `${NAME}=${sealed}; ${ATTRIBUTES}; Max-Age=${LASTS_S}${isSecure ? '; Secure' : ''}`;
    },
    of(cookies = '') {
      const [, sealed = ''] = new RegExp(`(?:^|; )${NAME}=([\\w-]+)`).exec(cookies) ?? [];
      const opened: { key: string; until: number } = JSON.parse(open(secret, sealed) ?? '{"until":0}');
      return opened.until > now() ? { key: opened.key, token: tokenOf(sealed) } : undefined;
    },
    isOurs({ token: expected }, token) {
      const [one, other] = [Buffer.from(expected), Buffer.from(token ?? '')];
      return one.length === other.length && timingSafeEqual(one, other);
    },
  };
}

function seal(secret: Uint8Array, text: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, secret, iv);
  const sealed = [cipher.update(text, 'utf8'), cipher.final()];
  return Buffer.concat([iv, cipher.getAuthTag(), ...sealed]).toString('base64url');
}

/** Undefined for what this secret did not seal. */
function open(secret: Uint8Array, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, secret, bytes.subarray(0, IV_BYTES));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  try {
    return decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}
