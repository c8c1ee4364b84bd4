/** Thresholds of generic code, which no architecture brings: `cpu.number` answers with these when the spec has no such name. */
import { PAGE_SIZE, type Geometry } from '../words/geometry.ts';

const POINTER = 8;

/** Their real values; batches fill one page. include/asm-generic/tlb.h, 64-bit pointers. */
export function genericNumbers(g: Geometry): Readonly<Record<string, number>> {
  const MAX_GATHER_BATCH = Math.floor((PAGE_SIZE(g) - 16) / POINTER);
  return {
    MMU_GATHER_BUNDLE: 8,
    MAX_GATHER_BATCH,
    MAX_GATHER_BATCH_COUNT: Math.floor(10_000 / MAX_GATHER_BATCH),
    MAX_TABLE_BATCH: Math.floor((PAGE_SIZE(g) - 24) / POINTER),
    // CPUs (a set) whose faults find no free huge page. Stories set it: memory is never short by itself.
    CPUS_WITHOUT_HUGE_PAGES: 0,
    // CPUs (a set) on whose node no page is: their NUMA faults move it there. Stories set it too.
    CPUS_ON_ANOTHER_NODE: 0,
    // New page tables that one relocation gets before memory is short. And so here.
    TABLES_FOR_RELOCATION: Infinity,
  };
}

/** For exploring: no further batch can be had, so that a gather runs full after a few pages. */
export const exploringNumbers: Readonly<Record<string, number>> = {
  MMU_GATHER_BUNDLE: 3,
  MAX_GATHER_BATCH: 0,
  MAX_GATHER_BATCH_COUNT: 0,
  MAX_TABLE_BATCH: 2,
};
