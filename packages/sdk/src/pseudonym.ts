/** Customer ids as others may see them: equal for equal ids under the same key, and of no use without it. */
import { createHmac, randomBytes } from 'node:crypto';

export type Pseudonym = (text: string) => string;

/** 22 signs of base64url. Without a key, one of this process: equal ids are told as equal until it ends. */
export function createPseudonym(key: string | undefined): Pseudonym {
  const secret = key ?? randomBytes(32);
  return (text) => createHmac('sha256', secret).update(text).digest('base64url').slice(0, 22);
}
