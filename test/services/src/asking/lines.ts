/** Connections to one server: a request takes one that rests, or a new one; nothing is asked twice. */
import { Wire } from './wire.ts';

/** All of the answer, or undefined: the connection was lost, or nothing came. */
type OnEnd = (text: string | undefined) => void;

/** Past every deadline: what has not been answered by then never will be. */
const GIVE_UP_MS = 10_000;

interface Line {
  readonly wire: Wire;
  /** While a request is under way. */
  onEnd?: OnEnd | undefined;
}

export class Lines {
  readonly port: number;
  readonly #free: Line[] = [];
  readonly #all = new Set<Line>();
  #isClosing = false;

  constructor(port: number) {
    this.port = port;
  }

  ask(request: string, onEnd: OnEnd): void {
    const line = this.#free.pop() ?? this.#open();
    const giveUp = setTimeout(() => this.#drop(line), GIVE_UP_MS);
    line.onEnd = (text) => {
      line.onEnd = undefined;
      clearTimeout(giveUp);
      onEnd(text);
    };
    line.wire.ask(request, (_, text) => {
      const answered = line.onEnd;
      // Of a server that drains: whoever asks next is to find another one.
      if (this.#isClosing || /\r\nconnection: close\r\n/i.test(text)) this.#forget(line);
      else this.#free.push(line);
      answered?.(text);
    });
  }

  /** What is under way is answered yet. */
  close(): void {
    this.#isClosing = true;
    for (const line of this.#free.splice(0)) this.#forget(line);
  }

  #open(): Line {
    const line: Line = { wire: new Wire(this.port, () => this.#drop(line)) };
    this.#all.add(line);
    return line;
  }

  #drop(line: Line): void {
    if (!this.#all.has(line)) return;
    this.#forget(line);
    line.onEnd?.(undefined);
  }

  #forget(line: Line): void {
    this.#all.delete(line);
    const at = this.#free.indexOf(line);
    if (at >= 0) this.#free.splice(at, 1);
    line.wire.close();
  }
}
