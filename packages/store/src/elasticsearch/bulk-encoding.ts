/** The body of a bulk as it travels. */
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

/** The fields of a request that carry the body. */
export type EncodeBulk = (body: Buffer) => Promise<{ readonly bulk: Buffer; readonly encoding?: 'gzip' }>;

const gzipped = promisify<Buffer, object, Buffer>(gzip);

export const plainBulk: EncodeBulk = async (bulk) => ({ bulk });

/** Only best speed keeps up with a load; a higher level makes lines of ids hardly smaller. */
export const gzipBulk: EncodeBulk = async (body) => ({
  bulk: await gzipped(body, { level: constants.Z_BEST_SPEED }),
  encoding: 'gzip',
});
