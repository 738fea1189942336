/** Between the product and what it stands on: nothing, or proxies that do to bytes what real networks do. */
import { type Direction, type Fault, type FaultProxy, startFaultProxy } from '@segment-store/services/fault-proxy';
import { type Layout, type Listener, urlOf } from './layout.ts';

export const WIRES = ['elasticsearch-1', 'redis', 's3', 'sqs', 'postgres'] as const;
export type WireName = (typeof WIRES)[number];

export interface Wires {
  /** Where the product finds everything. */
  readonly layout: Layout;
  inject(wire: WireName, fault: Fault | undefined, direction?: Direction): void;
  stop(): Promise<void>;
}

export function plainWires(layout: Layout): Wires {
  return {
    layout,
    inject() {
      throw new Error('no fault can be injected: start the stack with --faults');
    },
    stop: async () => {},
  };
}

/** In this process. */
export async function faultyWires(layout: Layout): Promise<Wires> {
  const proxies = new Map<Listener, FaultProxy>();
  for (const wire of WIRES) proxies.set(wire, await startFaultProxy(urlOf(layout, wire)));
  return {
    layout: { ...layout, port: (listener) => proxies.get(listener)?.port ?? layout.port(listener) },
    inject(wire, fault, direction) {
      const proxy = proxies.get(wire);
      if (proxy === undefined) throw new Error(`no fault can be injected before ${wire}: one of ${WIRES.join(', ')}`);
      proxy.inject(fault, direction);
    },
    async stop() {
      await Promise.all([...proxies.values()].map((proxy) => proxy.stop()));
    },
  };
}
