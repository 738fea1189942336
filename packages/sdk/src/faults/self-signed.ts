/** A certificate that nobody vouches for, made when it is needed: no key lies in the repository. */
import { generateKeyPairSync, sign } from 'node:crypto';

export function selfSigned(): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const nobody = der(SEQUENCE);
  const validity = der(
    SEQUENCE,
    der(UTC_TIME, Buffer.from('200101000000Z')),
    der(UTC_TIME, Buffer.from('491231235959Z')),
  );
  const subject = publicKey.export({ type: 'spki', format: 'der' });
  const facts = der(SEQUENCE, der(INTEGER, Buffer.from([1])), ECDSA_WITH_SHA256, nobody, validity, nobody, subject);
  const signature = der(BIT_STRING, Buffer.from([0]), sign('sha256', facts, privateKey));
  const lines =
    der(SEQUENCE, facts, ECDSA_WITH_SHA256, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----'].join('\n'),
  };
}

const [INTEGER, BIT_STRING, UTC_TIME, SEQUENCE] = [0x02, 0x03, 0x17, 0x30];
const ECDSA_WITH_SHA256 = Buffer.from('300a06082a8648ce3d040302', 'hex');

/** One element of a certificate: its tag, its length, what is in it. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
