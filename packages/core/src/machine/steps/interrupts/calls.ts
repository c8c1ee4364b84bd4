/** Calls to other CPUs: each pair of CPUs has room for one, until its receiver has acknowledged it (`call_single_data` of Linux). */
import { allOf, nonzero, someOf, zero, type Condition, type Store } from '@shootdown/explorer';
import { cpusOf, type CpuId, type CpuMask } from '../../../words/address.ts';
import type { Info, IpiHandler } from '../../../words/cpu.ts';
import { hw } from '../../hardware.ts';
import { reader, type Parts } from '../../parts.ts';

/** A call on its way to another CPU. */
export interface Call {
  readonly name: string;
  readonly handler: IpiHandler;
  readonly info: Info;
}

/** CPUs whose call this CPU has not acknowledged, the lowest number first. */
export const senders = (p: Parts, store: Store, to: CpuId): CpuId[] =>
  cpusOf(p.online).filter((from) => reader(p).get(store, hw.csd(from, to)) !== 0);

/** Some CPU has called this one. */
export const isCalled = (p: Parts, cpu: CpuId): Condition =>
  someOf(...cpusOf(p.online).map((from) => nonzero(p.layout.cell(hw.csd(from, cpu)))));

/** None of these CPUs has a call of this one to acknowledge. */
export const acknowledged = (p: Parts, { cpu, to }: { readonly cpu: CpuId; readonly to: CpuMask }): Condition =>
  allOf(...cpusOf(to).map((id) => zero(p.layout.cell(hw.csd(cpu, id)))));

/** `cpu1 cpu2` */
export const cpuNames = (mask: CpuMask): string =>
  cpusOf(mask)
    .map((c) => `cpu${c}`)
    .join(' ');
