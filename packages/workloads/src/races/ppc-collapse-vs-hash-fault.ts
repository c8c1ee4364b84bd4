/** A hash fault that read the old table inserts a hash entry for a small page after collapse has evicted the range. */
import { handle_mm_fault, type Cpu, type Op, type RaceCase, type Story } from '@shootdown/core';
import { lostWrite, pageUaf } from '../claims.ts';
import { khugepaged, store } from '../threads.ts';

/** Brings in both pages as the kernel does for mlock: no user instruction translates an address. */
function* populate(cpu: Cpu, s: Story): Op<unknown> {
  for (let n = 0; n < 2; n++) yield* handle_mm_fault(cpu, s.area(0), s.page(n), 'write');
  return undefined;
}

export const ppcCollapseVsHashFault: RaceCase = {
  id: 'ppc-collapse-vs-hash-fault',
  title: 'A hash fault outlives the table it read',
  year: 2015,
  commits: ['15a25b2ead5f', 'fa4531f753f1'],
  scenario: {
    name: 'ppc-collapse-vs-hash-fault',
    title: 'User code stores to a page for the first time while khugepaged rebuilds the range.',
    cpus: 2,
    areas: [{ from: 0, to: 2, thp: 'never' }],
    setup: [{ cpu: 0, does: populate }],
    threads: [
      { name: 'C', cpu: 0, runs: 0, does: store(0, 5) },
      { name: 'K', cpu: 1, runs: 'kernel', does: khugepaged() },
    ],
    asks: [lostWrite, pageUaf],
    needs: { config: ['TRANSPARENT_HUGEPAGE'] },
  },
  before: {
    release: 'v5.8',
    with: ['hash_collapse_without_serialize'],
    says: 'Linux 5.8 whose hash collapse does not wait for hash faults',
  },
  after: { release: 'v5.8', says: 'Linux 5.8: hash collapse waits for hash faults, then evicts, then returns' },
};
