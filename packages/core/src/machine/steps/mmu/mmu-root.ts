import { number, table } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import { reader, type Parts } from '../../parts.ts';

/**
 * Loads the root register (table 0: no user address space) and the tag of the address space. Says nothing about what was remembered.
 * Source: Intel SDM vol. 3A, 4.10.4.1 (CR3 with bit 63 set); Arm ARM, TTBR0_EL1; Power ISA, book III, PIDR.
 */
export const mmu_root = stepKind('mmu.root', { table, asid: number }, (p: Parts) => ({
  apply({ cpu, table: root, asid }, store) {
    const { set } = reader(p);
    set(store, hw.root(cpu), root);
    set(store, hw.asid(cpu), asid);
    return 0;
  },
  tell: ({ table: root }) => (root ? `root register = T${root}` : 'root register = none'),
}));
