/** Questions at a constant rate, whatever the answers do, to whichever server is ready; every answer is told. */
import { Balancer } from '@segment-store/services/asking/balancer';
import { clock } from './clock.ts';
import type { Answer } from './history.ts';
import { readAnswers } from './read-answers.ts';

/** Of servers, by their names. */
type Ports = Readonly<Record<string, number>>;

export interface AskingOptions {
  readonly servers: Ports;
  /** Default: none, as a server without keys asks for. */
  readonly key?: string;
  readonly perSecond: number;
  /** Customers of the next question; several: by a batch. */
  next(): readonly string[];
  onAnswers(answers: readonly Answer[]): void;
}

/** How long whoever asks waits, from when it was due to ask. */
export const DEADLINE_MS = 1_000;
const TICK_MS = 2;

export class Asking {
  readonly #options: AskingOptions;
  readonly #names = new Map<number, string>();
  readonly #balancer = new Balancer();
  readonly #ticking: NodeJS.Timeout;
  readonly #idle = Promise.withResolvers<void>();
  #dueAt = clock();
  #underWay = 0;
  #isEnding = false;

  constructor(options: AskingOptions) {
    this.#options = options;
    this.know(options.servers);
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Those that are left out are asked no longer. */
  know(servers: Ports): void {
    for (const [name, port] of Object.entries(servers)) this.#names.set(port, name);
    this.#balancer.know(Object.values(servers));
  }

  /** Nobody asks any more; resolves when everything was answered or given up. */
  async end(): Promise<void> {
    clearInterval(this.#ticking);
    this.#isEnding = true;
    this.#settle();
    await this.#idle.promise;
    this.#balancer.close();
  }

  #tick(): void {
    const [now, everyMs] = [clock(), 1_000 / this.#options.perSecond];
    for (; this.#dueAt <= now; this.#dueAt += everyMs) this.#ask(this.#dueAt);
  }

  #ask(askedAt: number): void {
    const lines = this.#balancer.next();
    if (lines === undefined) return;
    const customers = this.#options.next();
    const asked = { askedAt, server: this.#names.get(lines.port) ?? '', customers };
    this.#underWay++;
    lines.ask(this.#request(customers), (text) => {
      this.#underWay--;
      this.#options.onAnswers(readAnswers(text, asked, clock()));
      this.#settle();
    });
  }

  #settle(): void {
    if (this.#isEnding && this.#underWay === 0) this.#idle.resolve();
  }

  #request(customers: readonly string[]): string {
    const { key } = this.#options;
    const credentials = key === undefined ? '' : `Authorization: Bearer ${key}\r\n`;
    const head = `HTTP/1.1\r\nHost: 127.0.0.1\r\n${credentials}X-Request-Timeout-Ms: ${DEADLINE_MS}\r\n`;
    const [customer = ''] = customers;
    if (customers.length === 1) return `GET /v1/customers/${encodeURIComponent(customer)}/segments ${head}\r\n`;
    const body = JSON.stringify({ customerIds: customers });
    const length = Buffer.byteLength(body);
    return `POST /v1/lookups ${head}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;
  }
}
