/** The address of a service, as flags give it. */
import { usage } from '@segment-store/cli/exit-code';

/** Without a slash at its end. @throws CommandError exit 2 */
export function baseUrlOf(flag: string, text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.username === '') {
    return text.replace(/\/+$/, '');
  }
  throw usage(`${flag} ${text}: give an address such as http://host:8080, keys by --api-key`);
}
