/** A client that costs little: one connection, one request at a time, no more of HTTP than the answers need. */
import { connect, type Socket } from 'node:net';

/** `text`: all of the answer, its head first. */
type OnAnswer = (status: number, text: string) => void;

export class Wire {
  readonly #port: number;
  /** No answer will come any more. */
  readonly #onError: (error: Error) => void;
  #socket: Socket;
  #received = '';
  #onAnswer: OnAnswer = () => {};

  constructor(port: number, onError: (error: Error) => void) {
    this.#port = port;
    this.#onError = onError;
    this.#socket = this.#connect();
  }

  ask(request: string, onAnswer: OnAnswer): void {
    this.#onAnswer = onAnswer;
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.removeAllListeners('close').destroy();
  }

  #connect(): Socket {
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', this.#onError);
    socket.on('close', () => this.#onError(new Error('the server closed a connection in use')));
    return socket;
  }

  #take(chunk: Buffer): void {
    this.#received += chunk.toString('latin1');
    const end = this.#received.indexOf('\r\n\r\n');
    if (end === -1) return;
    const head = this.#received.slice(0, end).toLowerCase();
    if (this.#received.length < end + 4 + lengthOf(head)) return;
    const text = this.#received;
    this.#received = '';
    if (head.includes('\r\nconnection: close')) this.#reconnect();
    this.#onAnswer(Number(text.slice(9, 12)), text);
  }

  /** A server ends a connection now and then; whoever asks next waits for the new one. */
  #reconnect(): void {
    this.close();
    this.#socket = this.#connect();
  }
}

function lengthOf(head: string): number {
  const name = '\r\ncontent-length: ';
  const at = head.indexOf(name);
  if (at === -1) throw new Error(`an answer without content-length: ${head}`);
  return Number.parseInt(head.slice(at + name.length), 10);
}
