/** Who runs this process, for records that others read later. */
import { hostname, userInfo } from 'node:os';

/** `user@host`. In a container the user may have a number only. */
export const whoRuns = (): string => `${userName()}@${hostname()}`;

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? String(process.getuid?.() ?? 'somebody');
  }
}
