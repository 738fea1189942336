/** Redis in its own protocol, past the client under test. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** What it answers to these commands, all of it, as it comes. */
export function tellRedis(url: string, ...commands: string[]): Promise<string> {
  const { port, hostname: host } = new URL(url);
  const socket = connect({ port: Number(port), host });
  socket.end(commands.map((command) => `${command}\r\n`).join(''));
  return text(socket);
}
