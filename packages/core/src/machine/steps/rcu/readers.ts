/** Who is in a read-side section of RCU, and who waits for them. */
import type { Store } from '@shootdown/explorer';
import { cpuBit, cpusOf, without, type CpuId, type CpuMask } from '../../../words/address.ts';
import { LEVELS } from '../../../words/geometry.ts';
import { ghosts } from '../../../words/ghosts.ts';
import { hw, RCU_QUEUE } from '../../hardware.ts';
import { isReader, reader, type Parts } from '../../parts.ts';

/** Slots of the queue of callbacks. */
export const QUEUE: readonly number[] = Array.from({ length: RCU_QUEUE }, (_, k) => k);

/** CPUs that are readers now. */
export const readers = (p: Parts, store: Store): CpuMask =>
  cpusOf(p.online).reduce((mask, c) => (isReader(p, store, c) ? mask | cpuBit(c) : mask), 0);

/** For steps by which a CPU may leave its read-side section: grace periods stop waiting for it, and it is no walker any more. */
export function quiescence(p: Parts): (store: Store, cpu: CpuId) => void {
  const { get, set } = reader(p);
  const waits = [...QUEUE.map((k) => hw.rcuWaits(k)), ...cpusOf(p.online).map((c) => hw.rcuSync(c))].map((at) =>
    p.layout.cell(at),
  );
  return (store, cpu) => {
    if (isReader(p, store, cpu)) return;
    for (const cell of waits) {
      const mask = store.get(cell);
      if (mask & cpuBit(cpu)) store.set(cell, without(mask, cpu));
    }
    if (!p.layout.keeps(ghosts.walking)) return;
    LEVELS.forEach((_, l) => {
      if (get(store, ghosts.walking(cpu, l))) set(store, ghosts.walking(cpu, l), 0);
    });
  };
}
