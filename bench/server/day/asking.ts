/** Requests at constant rates, each about somebody drawn, and what came of it. */
import { Balancer } from '@segment-store/services/asking/balancer';
import { Lines } from '@segment-store/services/asking/lines';
import { zipf } from '../../zipf.ts';
import { CUSTOMERS } from '../scale.ts';
import { type Caller, callers, DEADLINE_MS, type Rates } from './callers.ts';
import { type Subject, subjectOf } from './generations.ts';
import { judge } from './judge.ts';
import { Seen } from './seen.ts';
import { type Kind, type Line, Tally } from './tally.ts';

export interface Opening {
  /** What each caller sends. */
  readonly keys: Readonly<Record<string, string>>;
  /** Port of the baseline. */
  readonly bare: number;
}

export interface Told {
  readonly lines: readonly Line[];
  /** The first few answers that were wrong. */
  readonly faults: readonly string[];
}

/** Asks at a constant rate, whatever the answers do. */
interface Stream {
  readonly caller: Caller;
  readonly everyMs: number;
  dueAt: number;
  asked: number;
}

/** One request. */
interface Asked {
  readonly kind: Kind;
  readonly subject: Subject;
  readonly dueAt: number;
}

/** Not a loop without a pause, as where a percentile is the figure: the servers need both cores. */
const TICK_MS = 1;
/** From a rollback to the last answer of what it withdrew. */
const WITHDRAWN_MS = 10_000;
const DRAWN = 250_000;
/** So many are told. */
const FAULTS = 20;

export class Asking {
  readonly #balancer = new Balancer();
  readonly #seen = new Seen();
  readonly #tally = new Tally();
  readonly #drawn = zipf(CUSTOMERS, DRAWN);
  readonly #faults: string[] = [];
  readonly #keys: Opening['keys'];
  readonly #bare: Lines;
  readonly #ticking: NodeJS.Timeout;
  #withdrawn = { run: '', at: Number.POSITIVE_INFINITY };
  #phase = { name: '', startedAt: 0 };
  #streams: readonly Stream[] = [];
  #asked = 0;
  #underWay = 0;

  constructor({ keys, bare }: Opening) {
    this.#keys = keys;
    this.#bare = new Lines(bare);
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
  }

  know(ports: readonly number[]): void {
    this.#balancer.know(ports);
  }

  begin(name: string, rates: Rates): void {
    const now = performance.now();
    this.#phase = { name, startedAt: now };
    const asking = callers.filter((caller) => rates[caller] > 0);
    this.#streams = asking.map((caller, at) => {
      const everyMs = 1_000 / rates[caller];
      // They do not all begin at once.
      return { caller, everyMs, dueAt: now + (everyMs * at) / asking.length, asked: 0 };
    });
  }

  withdraw(run: string): void {
    this.#withdrawn = { run, at: performance.now() };
    this.#seen.withdrawn(run);
  }

  /** Nobody asks any more; resolves when everything was answered or given up. */
  async end(): Promise<Told> {
    clearInterval(this.#ticking);
    while (this.#underWay > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    this.#balancer.close();
    this.#bare.close();
    return { lines: this.#tally.lines(), faults: this.#faults };
  }

  #tick(): void {
    const now = performance.now();
    for (const stream of this.#streams) for (; stream.dueAt <= now; stream.dueAt += stream.everyMs) this.#ask(stream);
  }

  #ask(stream: Stream): void {
    stream.asked += 1;
    this.#asked += 1;
    this.#underWay += 1;
    const { caller, dueAt } = stream;
    const subject = subjectOf(stream.asked, this.#drawn[this.#asked % DRAWN] ?? 0);
    const { name: phase, startedAt } = this.#phase;
    const standing = caller === 'bare' ? 'seen' : this.#seen.standingOf(subject);
    const asked = { kind: { phase, caller, standing }, subject, dueAt };
    const onEnd = (text: string | undefined) => {
      this.#underWay -= 1;
      const ms = performance.now() - dueAt;
      const outcome = text === undefined ? 'lost' : this.#outcomeOf(text, asked);
      this.#tally.count(asked.kind, ms > DEADLINE_MS ? 'late' : outcome, { ms, sincePhaseMs: dueAt - startedAt });
    };
    const lines = caller === 'bare' ? this.#bare : this.#balancer.next();
    if (lines === undefined) onEnd(undefined);
    else lines.ask(this.#request(caller, subject.id), onEnd);
  }

  #outcomeOf(text: string, { kind, subject, dueAt }: Asked): string {
    if (kind.caller === 'bare') return text.slice(9, 12);
    const { outcome, run, fault } = judge(text, subject);
    if (fault !== undefined) return this.#wrong(kind, fault);
    const { run: bad, at } = this.#withdrawn;
    if (run === bad) return dueAt > at + WITHDRAWN_MS ? this.#wrong(kind, `${bad} was withdrawn`) : outcome;
    if (run !== undefined) this.#seen.answered(subject, run);
    return outcome;
  }

  #wrong({ phase, caller }: Kind, fault: string): string {
    if (this.#faults.length < FAULTS) this.#faults.push(`${phase}, ${caller}: ${fault}`);
    return 'wrong';
  }

  #request(caller: Caller, id: string): string {
    if (caller === 'bare') return 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';
    const head = `Authorization: Bearer ${this.#keys[caller]}\r\nX-Request-Timeout-Ms: ${DEADLINE_MS}\r\n`;
    return `GET /v1/customers/${id}/segments HTTP/1.1\r\nHost: 127.0.0.1\r\n${head}\r\n`;
  }
}
