/** Requests as a plain client of Node sends them, on connections that are kept. */
import { type Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** Asked again while the server says it is too busy, as a test that shares its machine makes it. Rejects without an answer. */
export async function statusOf(url: string, agent?: Agent): Promise<number> {
  const { status, isBusy } = await answerOf(url, agent);
  if (!isBusy) return status;
  await pause(50);
  return statusOf(url, agent);
}

function answerOf(url: string, agent?: Agent): Promise<{ readonly status: number; readonly isBusy: boolean }> {
  return new Promise((resolve, reject) => {
    get(url, { ...(agent && { agent }) }, (response) => {
      const { statusCode: status = 0, headers } = response;
      response.resume().once('end', () => resolve({ status, isBusy: headers['retry-after'] !== undefined }));
      response.once('error', reject);
    }).once('error', reject);
  });
}
