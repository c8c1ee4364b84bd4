/** A sample of the reference counts: what real kernels did, and what the model does. `npm run counts` compares all of them. */
import { describe, expect, test } from '@jest/globals';
import {
  against,
  comparedIn,
  COLUMNS,
  measure,
  MEASURE_DEFAULTS,
  type ComparedRow,
  type CountRow,
} from '@shootdown/core';
import { arch, PAGE_SIZE, type Cpu, type Op, type Va, type Vma } from '@shootdown/core/plugin';
import { arm64 } from '../../arch-arm64/src/index.ts';
import { hash, radix } from '../../arch-ppc64/src/index.ts';
import { x86Paravirt } from '../../arch-x86/src/index.ts';
import { flush_tlb_mm_range } from '../../arch-x86/src/tlb.ts';
import { countedBeside, kernelCounts, operations } from '../src/index.ts';

const counts = kernelCounts();
const archs = [x86Paravirt, arm64, radix, hash];
const functionsOf = comparedIn(counts, countedBeside, archs);
/** Each is known for something, and is quick. */
const SAMPLE = [
  'thp_munmap',
  'thp_partial_mprotect1',
  'thp_mprotect_rw',
  'one_mprotect_rw',
  'thp_mremap',
  'thp_cow_write',
  'thp_madv_free',
  'thp_migrate',
];
const PATIENCE = 60_000;

function compared(machine: (typeof archs)[number], name: string, mode: CountRow['mode']): ComparedRow {
  const row = counts.find((r) => r.arch === machine.id && r.operation === name && r.mode === mode) as CountRow;
  const operation = operations.find((o) => o.name === name)!;
  return against(
    row,
    measure(machine, operation, { ...MEASURE_DEFAULTS, mode, cpus: row.cpus, repetitions: 1 }),
    functionsOf(row),
  );
}
const disagreeing = (row: ComparedRow) =>
  [...row.columns, ...row.functions].filter((c) => c.agreement !== 'equal' && c.agreement !== 'rounded');

test('every operation of the reference has its file, and the other way round', () => {
  expect(operations.map((o) => o.name)).toEqual([...new Set(counts.map((row) => row.operation))].sort());
});

describe.each(archs.map((machine) => [machine.id, machine] as const))('%s does what the kernel did', (_id, machine) => {
  test.each(SAMPLE)(
    '%s',
    (name) => {
      for (const mode of ['solo', 'spin3', 'exited3'] as const)
        expect([mode, disagreeing(compared(machine, name, mode))]).toEqual([mode, []]);
    },
    PATIENCE,
  );
});

test(
  'functions, too',
  () => {
    const { functions } = compared(x86Paravirt, 'thp_cow_write', 'spin3');
    expect(functions.map((f) => f.name)).toEqual(
      expect.arrayContaining(['flush_tlb_mm_range', '__split_huge_pmd', 'ptep_clear_flush', 'should_flush_tlb']),
    );
    expect(functions.filter((f) => f.agreement === 'different')).toEqual([]);
  },
  PATIENCE,
);

/** Until January 2025 flush_tlb_range spared lazy CPUs, whose walkers may still run ahead through tables that are freed. */
class SparesLazyCpus {
  *flush_tlb_range(cpu: Cpu, vma: Vma, start: Va, end: Va): Op {
    yield* flush_tlb_mm_range(cpu, vma.mm, start, end, PAGE_SIZE(cpu.geometry), false);
  }
}

test(
  'a rule that is taken away shows',
  () => {
    const older = arch({
      id: 'x86-64-paravirt',
      title: 'x86 before the fix',
      what: 'Spares lazy CPUs.',
      over: x86Paravirt,
      layers: [SparesLazyCpus],
      machine: x86Paravirt.machine,
    });
    expect(
      disagreeing(compared(older, 'thp_mremap', 'lazy3')).map((c) => `${c.name} ${c.ours}, kernel ${c.theirs}`),
    ).toEqual([
      'ipis 0, kernel 3',
      'tlbIpis 0, kernel 3',
      'flush_tlb_func@other 0, kernel 3',
      'should_flush_tlb 4, kernel 0',
      'insn:mov_cr3@other 0, kernel 3',
    ]);
    expect(disagreeing(compared(x86Paravirt, 'thp_mremap', 'lazy3'))).toEqual([]);
  },
  PATIENCE,
);

test(
  'the call tree shows each flush, interrupt and wait where it was caused',
  () => {
    const { tree, columns } = measure(
      x86Paravirt,
      operations.find((o) => o.name === 'thp_munmap')!,
      { ...MEASURE_DEFAULTS, mode: 'spin3' },
    );
    const kinds: string[] = [];
    const walk = (nodes: typeof tree): void =>
      nodes.forEach((n) => {
        kinds.push(`${n.cpu}:${n.kind === 'function' ? n.name : n.kind}`);
        walk(n.children);
      });
    walk(tree);
    expect(kinds.filter((k) => k.endsWith(':flush'))).toHaveLength(columns.flushCalls);
    expect(kinds.indexOf('0:ipi')).toBeGreaterThan(kinds.indexOf('0:tlb_finish_mmu'));
    expect(kinds.slice(kinds.indexOf('0:ipi') + 1)).toEqual(
      [1, 2, 3].flatMap((cpu) => [`${cpu}:flush_tlb_func`, `${cpu}:native_flush_tlb_one_user`]),
    );
    expect(Object.keys(columns)).toEqual([...COLUMNS]);
  },
  PATIENCE,
);
