/** A machine check looks up a PTE with interrupts off, and reads it when they are on again. */
import type { RaceCase } from '@shootdown/core';
import { tableUaf, wrongTypeWalk } from '../claims.ts';
import { archCode, dontneed, first, khugepaged, store, unmap } from '../threads.ts';

export const mceWalkUsesPteAfterIrqRestore: RaceCase = {
  id: 'mce-walk-uses-pte-after-irq-restore',
  title: 'A machine check uses a PTE pointer with interrupts on',
  year: 2019,
  commits: ['d9101bfa6adc'],
  scenario: {
    name: 'mce-walk-uses-pte-after-irq-restore',
    title: 'A machine check looks up a huge page that is zapped, and whose slot a table takes.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2), khugepaged()) }],
    threads: [
      { name: 'E', cpu: 0, runs: 0, does: archCode('addr_to_pfn', 0) },
      { name: 'S', cpu: 1, runs: 0, does: first(dontneed(0, 2), store(0, 3)) },
    ],
    asks: [wrongTypeWalk, tableUaf],
    needs: { config: ['TRANSPARENT_HUGEPAGE'], operations: ['addr_to_pfn'] },
  },
  before: {
    release: 'v5.4',
    without: ['mce_reads_pte_with_interrupts_off'],
    says: 'Linux 5.4 without d9101bfa6adc: the pointer is used with interrupts on',
  },
  after: { release: 'v5.4', says: 'Linux 5.4: a machine check reads the PTE before interrupts are on again' },
};

export const mceReadsFreedTable: RaceCase = {
  ...mceWalkUsesPteAfterIrqRestore,
  id: 'mce-walk-uses-pte-after-irq-restore.freed',
  of: 'mce-walk-uses-pte-after-irq-restore',
  title: 'A machine check reads a PTE of a table that is freed',
  scenario: {
    ...mceWalkUsesPteAfterIrqRestore.scenario,
    name: 'mce-walk-uses-pte-after-irq-restore.freed',
    title: 'A machine check looks up a page in a table that munmap frees.',
    setup: [{ cpu: 0, does: first(store(0, 1), store(1, 2)) }],
    threads: [
      { name: 'E', cpu: 0, runs: 0, does: archCode('addr_to_pfn', 0) },
      { name: 'S', cpu: 1, runs: 0, does: unmap(0, 2) },
    ],
  },
};
