/** Is any page table used after it was freed? By software or by the hardware walker. */
import { F, has } from '../words/entry.ts';
import { tableCells } from '../words/objects.ts';
import type { Watch } from '../words/watch.ts';

const FREED = 2;
const READS = ['load', 'xchg', 'cmpxchg', 'update', 'walk.lockless', 'walk.typed', 'mmu.walk'];

export const tableLifetime: Watch = {
  claim: 'no page table is used after it was freed',
  breach: 'table-uaf',
  ghosts: [],
  kinds: [...READS, 'store'],
  holdsAfter(facts, step, observed) {
    const cell = step.cells[0];
    if (cell === undefined) return true;
    const { region, at } = facts.refOf(cell);
    if (region !== tableCells.entry) return true;
    // A write that was refused changed nothing, and observed nothing (`MachineSpec.writeTrap`): the refusal is the matter.
    if (observed < 0) return true;
    // What a read observed says it all; a store is judged by the life of the table it went to.
    return step.kind === 'store' ? facts.value(tableCells.life(at[0] ?? 0)) < FREED : !has(observed, F.POISON);
  },
  explain(facts, step) {
    const table = facts.refOf(step.cells[0] ?? 0).at[0];
    return `${step.kind === 'mmu.walk' ? 'the hardware walker of' : ''} CPU${step.cpu} ${step.kind === 'store' ? 'wrote to' : 'read from'} T${table}, whose memory is no page table any more`.trim();
  },
};
