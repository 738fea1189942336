/** Tokens of an issuer: who sends one, as far as its signature and its claims say so. The only file that talks to jose. */
import type { Time } from '@segment-store/resilience/time';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify, type LocalJWKSet } from 'jose';
import { ProblemError } from '../errors.ts';
import { callerClasses, scopes } from './admission.ts';
import { Jwks } from './jwks.ts';
import type { Recognised } from './recognised.ts';
import { badCredentials } from './refusals.ts';

export interface TokenOptions {
  /** URL of the issuer's public keys (JWKS). */
  readonly jwks: string;
  readonly issuer: string;
  readonly audience: string;
}

export interface TokenDeps {
  readonly fetch: typeof fetch;
  readonly time: Time;
  wallClock(): number;
  onTrouble(text: string): void;
}

/** Whatever a token or a key says of itself: signatures of a key pair only, none of a secret that is shared. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'Ed25519', 'EdDSA'];
const CLOCK_TOLERANCE_S = 5;

/** Rejects with a ProblemError: 401, or 503 while the issuer never could be asked for its keys. */
export function createTokens(options: TokenOptions, deps: TokenDeps): (token: string) => Promise<Recognised> {
  const jwks = new Jwks<LocalJWKSet>({ ...deps, url: options.jwks, parse: parseKeys });
  void jwks.renew();
  return async (token) => {
    if (jwks.keys === undefined) await jwks.renew();
    try {
      return toRecognised(await verified(token));
    } catch (error) {
      throw error instanceof errors.JOSEError ? badCredentials(`this token lets nobody in: ${reasonOf(error)}`) : error;
    }
  };

  async function verified(token: string): Promise<JWTPayload> {
    try {
      return await check(token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await jwks.renew();
      return await check(token);
    }
  }

  async function check(token: string): Promise<JWTPayload> {
    const { keys } = jwks;
    if (keys === undefined) throw withoutKeys();
    const { payload } = await jwtVerify(token, keys, {
      ...{ issuer: options.issuer, audience: options.audience, algorithms: ALGORITHMS },
      ...{ requiredClaims: ['exp', 'sub'], clockTolerance: CLOCK_TOLERANCE_S, currentDate: new Date(deps.wallClock()) },
    });
    return payload;
  }
}

function parseKeys(document: unknown): LocalJWKSet {
  if (!isKeySet(document)) throw new TypeError('it answered no set of keys');
  return createLocalJWKSet(document);
}

/** What the keys hold, jose looks at. */
function isKeySet(value: unknown): value is JSONWebKeySet {
  return typeof value === 'object' && value !== null && 'keys' in value && Array.isArray(value.keys);
}

/** `scope` as RFC 8693 writes it, or `scp`; `segment_class` for another class than normal. */
function toRecognised({ sub, exp = 0, scope, scp, segment_class }: JWTPayload): Recognised {
  const listed = typeof scope === 'string' ? scope.split(' ') : scp;
  const granted = typeof listed === 'string' ? listed.split(' ') : Array.isArray(listed) ? listed : [];
  const ofClass = callerClasses.find((one) => one === segment_class) ?? 'normal';
  const caller = {
    id: `jwt:${sub}`,
    name: 'jwt',
    class: ofClass,
    scopes: new Set(scopes.filter((one) => granted.includes(one))),
  };
  return { caller, rate: undefined, until: exp * 1_000 };
}

/** Never more of the token than which of its claims it is: error bodies end up in logs. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `its claim ${error.claim} is not what this server accepts`;
  if (error instanceof errors.JOSEAlgNotAllowed) return `its algorithm is none of ${ALGORITHMS.join(', ')}`;
  if (error instanceof errors.JWKSNoMatchingKey) return 'its issuer has no such key';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'it names no key (kid), and its issuer has several';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is not that of its issuer';
  return 'it is no signed JWT';
}

function withoutKeys(): ProblemError {
  const detail = 'tokens cannot be checked now, as their issuer cannot be asked for its keys; try again';
  return new ProblemError('overloaded', { status: 503, detail, headers: { 'Retry-After': '1' } });
}
