import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline, Transform } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

/** What happens to bytes on their way. It applies to open connections too, from their next byte on. */
export type Fault =
  /** Everything arrives this much later. */
  | { readonly kind: 'latency'; readonly ms: number }
  /** `bytes` at a time, `everyMs`: slow, but never silent. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMs: number }
  /** Connections are accepted and reset, open ones at once. */
  | { readonly kind: 'reset' }
  /** Nothing arrives and nothing fails; what was held is delivered after healing, as TCP would. */
  | { readonly kind: 'blackhole' }
  /** A connection is reset once this many of its bytes went through. 0 for answers: the work is done, the acknowledgement lost. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /**
   * Of all connections' bytes from now on: whichever carries the n-th of them ends there, once for each n. `close`: every
   * byte before it arrives. `reset`: what the kernel still holds is lost, as when a server dies.
   */
  | { readonly kind: 'cuts'; readonly atBytes: readonly number[]; readonly by: 'close' | 'reset' };

/** Requests travel to the server, answers from it. */
export type Direction = 'requests' | 'answers';

export interface FaultProxy {
  readonly port: number;
  readonly url: string;
  /** Replaces the fault of one direction (default: answers). `undefined` heals it. */
  inject(fault: Fault | undefined, direction?: Direction): void;
  heal(): void;
  /** Accepted so far, how many of them are open, and the bytes that went through. */
  counts(): { connections: number; open: number; requests: number; answers: number };
  stop(): Promise<void>;
}

export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A TCP proxy on a free port of 127.0.0.1 that does to the bytes what real networks do. */
export async function startFaultProxy(target: string | Target): Promise<FaultProxy> {
  const wires = new Wires(typeof target === 'string' ? toTarget(target) : target);
  const server = createServer({ allowHalfOpen: true }, (client) => wires.join(client)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    inject: (fault, direction = 'answers') => wires.inject(fault, direction),
    heal: () => wires.heal(),
    counts: () => ({ ...wires.counts }),
    stop: async () => {
      wires.resetAll();
      server.close();
      await once(server, 'close');
    },
  };
}

function toTarget(url: string): Target {
  const { hostname, port, protocol } = new URL(url);
  return { host: hostname, port: Number(port || (protocol === 'https:' ? 443 : 80)) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fault proxy has no port');
  return address.port;
}

class Wires {
  readonly counts = { connections: 0, open: 0, requests: 0, answers: 0 };
  readonly #target: Target;
  readonly #faults: Map<Direction, Fault> = new Map();
  readonly #sockets: Set<Socket> = new Set();
  /** Of each direction, ascending, in bytes of `counts`. */
  readonly #cuts: Record<Direction, number[]> = { requests: [], answers: [] };
  #changed: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(target: Target) {
    this.#target = target;
  }

  inject(fault: Fault | undefined, direction: Direction): void {
    if (fault) this.#faults.set(direction, fault);
    else this.#faults.delete(direction);
    const atBytes = fault?.kind === 'cuts' ? fault.atBytes : [];
    this.#cuts[direction] = atBytes.map((at) => this.counts[direction] + at).sort((a, b) => a - b);
    if (fault?.kind === 'reset') this.resetAll();
    this.#announce();
  }

  heal(): void {
    this.#faults.clear();
    this.#announce();
  }

  #announce(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  resetAll(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  join(client: Socket): void {
    this.counts.connections++;
    this.counts.open++;
    client.on('close', () => this.counts.open--);
    const server = connect({ ...this.#target, allowHalfOpen: true });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay();
      socket.on('error', () => other.resetAndDestroy());
      socket.on('close', () => this.#sockets.delete(socket));
    }
    const refused = [...this.#faults.values()].some((fault) => fault.kind === 'reset');
    if (refused) client.resetAndDestroy();
    void this.#carry(client, server, 'requests');
    void this.#carry(server, client, 'answers');
  }

  async #carry(from: Socket, to: Socket, direction: Direction): Promise<void> {
    let passed = 0;
    try {
      for await (const { bytes, arrivedAt } of stamped(from)) {
        const fault = await this.#faultOn(direction);
        const left = fault?.kind === 'cut' ? fault.afterBytes - passed : this.#untilCut(direction, bytes.length);
        const whole = bytes.subarray(0, Math.max(0, left));
        await send(to, { bytes: whole, arrivedAt, fault });
        passed += whole.length;
        this.counts[direction] += whole.length;
        if (whole.length >= left)
          return fault?.kind === 'cuts' && fault.by === 'close' ? to.destroySoon() : void to.resetAndDestroy();
      }
      to.end();
    } catch {
      to.resetAndDestroy();
    }
  }

  /** A cut among the next `bytes` is this connection's. */
  #untilCut(direction: Direction, bytes: number): number {
    const cuts = this.#cuts[direction];
    const left = (cuts[0] ?? Number.POSITIVE_INFINITY) - this.counts[direction];
    if (left <= bytes) cuts.shift();
    return left <= bytes ? left : Number.POSITIVE_INFINITY;
  }

  async #faultOn(direction: Direction): Promise<Fault | undefined> {
    while (this.#faults.get(direction)?.kind === 'blackhole') await this.#changed.promise;
    return this.#faults.get(direction);
  }
}

interface Chunk {
  readonly bytes: Uint8Array;
  readonly arrivedAt: number;
}

/** A stream's chunks with the time each arrived, so that a latency delays them all once and not one after another. */
function stamped(from: Socket): AsyncIterable<Chunk> {
  const stamp = new Transform({
    readableObjectMode: true,
    readableHighWaterMark: 64,
    transform: (bytes: Uint8Array, _encoding, done) => done(null, { bytes, arrivedAt: performance.now() }),
  });
  pipeline(from, stamp, () => {}); // an error ends the iteration too
  return stamp;
}

async function send(to: Socket, { bytes, arrivedAt, fault }: Chunk & { fault: Fault | undefined }): Promise<void> {
  if (fault?.kind === 'latency') await delay(Math.max(0, arrivedAt + fault.ms - performance.now()));
  if (fault?.kind !== 'drip') return write(to, bytes);
  for (let at = 0; at < bytes.length; at += fault.bytes) {
    await delay(fault.everyMs);
    await write(to, bytes.subarray(at, at + fault.bytes));
  }
}

function write(to: Socket, bytes: Uint8Array): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  to.write(bytes, (error) => (error ? reject(error) : resolve()));
  return promise;
}
