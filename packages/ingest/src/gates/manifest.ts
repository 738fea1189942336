/** A run whose manifest was counted from its folder has nothing to be held against. */
import type { Manifest } from '@segment-store/contract/manifest';
import { NO_MANIFEST } from '../source/no-manifest.ts';
import type { Gate } from './gate.ts';

export function manifestGate({ producer }: Pick<Manifest, 'producer'>): Gate {
  const passed = producer.name !== NO_MANIFEST;
  const figure = passed ? `${producer.name} ${producer.version}` : 'counted from the folder';
  return { name: 'no-manifest', judge: () => ({ figure, limit: 'written by the producer', passed }) };
}
