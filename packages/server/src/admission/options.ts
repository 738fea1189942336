/** Who may ask, and how much. */
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { integer, type Option, optionalText } from '@segment-store/cli/option';
import type { TokenOptions } from './jwt.ts';
import { MAX_RATE } from './key-record.ts';
import { isLoopback } from './loopback.ts';

/** As given. */
export interface AdmissionSettings {
  readonly keys: string | undefined;
  readonly jwks: string | undefined;
  readonly jwtIssuer: string | undefined;
  readonly jwtAudience: string | undefined;
  readonly rate: number;
  readonly inFlight: number;
}

export const admissionOptions: { readonly [Name in keyof AdmissionSettings]: Option<AdmissionSettings[Name]> } = {
  keys: optionalText({
    placeholder: '<file>',
    description: 'keys of callers, see `segment-server keys`; without, loopback only and read only',
  }),
  jwks: optionalText({
    placeholder: '<url>',
    description: 'public keys of the issuer of JWTs, which are taken beside or instead of keys',
  }),
  jwtIssuer: optionalText({ placeholder: '<iss>', description: 'issuer a JWT must name; with --jwks' }),
  jwtAudience: optionalText({ placeholder: '<aud>', description: 'audience a JWT must name; with --jwks' }),
  rate: integer({
    placeholder: '<n>',
    description: 'requests a second of a caller whose key names no rate',
    fallback: 5_000,
    min: 1,
    max: MAX_RATE,
  }),
  inFlight: integer({
    placeholder: '<n>',
    description: 'requests answered at once; best-effort callers are refused from 80 % of it, normal ones from 90 %',
    fallback: 1_000,
    min: 10,
    max: 100_000,
  }),
};

export interface AdmissionConfig {
  /** By keys or tokens; otherwise whoever is on this machine may read. */
  readonly knowsCallers: boolean;
  readonly keys: string | undefined;
  readonly tokens: TokenOptions | undefined;
  readonly rate: number;
  readonly inFlight: number;
}

/** @throws CommandError exit 2 */
export function resolveAdmission({ keys, rate, inFlight, ...given }: AdmissionSettings): AdmissionConfig {
  const tokens = tokensOf(given);
  return Object.freeze({ knowsCallers: keys !== undefined || tokens !== undefined, keys, tokens, rate, inFlight });
}

type TokenSettings = Pick<AdmissionSettings, 'jwks' | 'jwtIssuer' | 'jwtAudience'>;

function tokensOf({ jwks, jwtIssuer: issuer, jwtAudience: audience }: TokenSettings): TokenOptions | undefined {
  if (jwks === undefined && issuer === undefined && audience === undefined) return undefined;
  if (jwks === undefined || issuer === undefined || audience === undefined) {
    throw new CommandError(
      exitCode.usage,
      '--jwks, --jwt-issuer and --jwt-audience go together: give all three or none',
    );
  }
  if (!isSafe(jwks)) {
    throw new CommandError(
      exitCode.usage,
      `--jwks ${jwks.replace(/\/\/[^/@]*@/, '//…@')}: expected an https:// URL; http:// only to loopback`,
    );
  }
  return Object.freeze({ jwks, issuer, audience });
}

/** Whoever can answer in the issuer's place makes tokens. */
function isSafe(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, '')));
}
