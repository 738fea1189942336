/** Text of others (keys, messages of servers) as a log may hold it. */
import { stripVTControlCharacters } from 'node:util';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

/** No control character but line ends, and nothing that GitHub would take for a workflow command. */
export function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('\r\n', '\n')
    .replaceAll(CONTROL, '\u{fffd}')
    .replaceAll(/^(\s*):(?=:)/gm, '$1: ')
    .replaceAll('##[', '## [');
}
