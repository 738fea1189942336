/** As a load balancer does on the side of whoever asks: in turn, those that said ten times a second that they are ready. */
import { Agent, get } from 'node:http';
import { Lines } from './lines.ts';

const PROBE_MS = 100;
const PATIENCE_MS = 1_000;

interface Target {
  readonly lines: Lines;
  isReady: boolean;
}

export class Balancer {
  readonly #targets = new Map<number, Target>();
  readonly #agent = new Agent({ keepAlive: true });
  readonly #probing: NodeJS.Timeout;
  #turn = 0;

  constructor() {
    this.#probing = setInterval(() => this.#probe(), PROBE_MS);
  }

  /** A new one gets requests once it is ready; the others are left. */
  know(ports: readonly number[]): void {
    for (const [port, { lines }] of this.#targets) {
      if (ports.includes(port)) continue;
      this.#targets.delete(port);
      lines.close();
    }
    for (const port of ports) {
      if (!this.#targets.has(port)) this.#targets.set(port, { lines: new Lines(port), isReady: false });
    }
  }

  /** None ready: any is better than none. */
  next(): Lines | undefined {
    const all = [...this.#targets.values()];
    const ready = all.filter(({ isReady }) => isReady);
    const from = ready.length > 0 ? ready : all;
    this.#turn += 1;
    return from[this.#turn % from.length]?.lines;
  }

  close(): void {
    clearInterval(this.#probing);
    this.know([]);
    this.#agent.destroy();
  }

  #probe(): void {
    for (const [port, target] of this.#targets) {
      const where = { host: '127.0.0.1', port, path: '/readyz', agent: this.#agent, timeout: PATIENCE_MS };
      const probe = get(where, (answer) => {
        answer.resume();
        target.isReady = answer.statusCode === 200;
      });
      probe.once('timeout', () => probe.destroy());
      probe.once('error', () => {
        target.isReady = false;
      });
    }
  }
}
