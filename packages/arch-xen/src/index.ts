/** Xen PV, a layer over x86-64. */
import { arch } from '@shootdown/core/plugin';
import { x86Paravirt } from '@shootdown/arch-x86';
import { history } from './history.ts';
import { Hypervisor } from './hypervisor.ts';
import { xenPvMachine } from './mmu.ts';
import { Pinning } from './pinning.ts';
import { XenEntries } from './xen-entries.ts';
import { XenPv } from './xen-pv.ts';

export const xenPv = arch({
  id: 'xen-pv',
  title: 'x86-64, Xen PV',
  what:
    'Page tables belong to the hypervisor, which checks every change of them. A flush is a request: nobody is interrupted, so ' +
    'interrupts off protect no walker, and page tables are freed by RCU.',
  over: x86Paravirt,
  layers: [XenEntries, XenPv],
  services: [Hypervisor, Pinning],
  machine: xenPvMachine,
  history,
});

export default [xenPv];
