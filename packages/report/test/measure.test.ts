/** Counts as people and spreadsheets read them. */
import { expect, test } from '@jest/globals';
import type { CallNode, ComparedRow, Measured } from '@shootdown/core';
import { csv, text } from '../src/index.ts';
import { options } from './values.ts';

const columns = { ipis: 3, tlbIpis: 3, syncIpis: 0, lazyExitIpis: 0, flushCalls: 1, syncKicks: 0 };
const node = (
  name: string,
  kind: CallNode['kind'],
  children: readonly CallNode[] = [],
  some: Partial<CallNode> = {},
): CallNode => ({
  name,
  kind,
  cpu: 0,
  children,
  times: 1,
  ...some,
});
const measured = (some: Partial<Measured> = {}): Measured => ({
  arch: 'x86-64',
  kernel: '6.1',
  operation: 'thp_munmap',
  mode: 'spin3',
  repetitions: 2,
  columns,
  calls: {},
  steps: 100,
  stepsInAll: 200,
  asked: [],
  tree: [],
  ...some,
});

test('a table, and why a row has no numbers', () => {
  const rows = [measured(), measured({ operation: 'other', notModelled: 'swap is not modelled' })];
  expect(text.say({ schemaVersion: 1, kind: 'measurements', measured: rows }, options)).toBe(
    `operation   architecture  mode   ipis  tlbIpis  syncIpis  lazyExitIpis  flushCalls  syncKicks
----------  ------------  -----  ----  -------  --------  ------------  ----------  ---------
thp_munmap  x86-64        spin3  3     3        0         0             1           0
other       x86-64        spin3  -     -        -         -             -           -
  not modelled: swap is not modelled (other)
`,
  );
  expect(csv.say({ schemaVersion: 1, kind: 'measurements', measured: rows }, options)).toBe(
    `arch,operation,mode,ipis,tlbIpis,syncIpis,lazyExitIpis,flushCalls,syncKicks,not modelled
x86-64,thp_munmap,spin3,3,3,0,0,1,0,
x86-64,other,spin3,,,,,,,swap is not modelled
`,
  );
});

test('who caused what', () => {
  const handler = node('flush_tlb_func', 'function', [], { cpu: 1, times: 2 });
  const tree = [
    node('zap', 'function', [
      node('flush_tlb_mm_range', 'flush', [node('flush_tlb_func', 'ipi', [handler], { to: [1, 2] })]),
    ]),
    node('sync_one', 'kick'),
  ];
  expect(text.say({ schemaVersion: 1, kind: 'why', measured: [measured({ tree })] }, options))
    .toBe(`thp_munmap on x86-64, spin3
zap
  flush_tlb_mm_range   <- flush
    IPI flush_tlb_func to cpu1 cpu2
      cpu1: flush_tlb_func x2
sync_one   <- waits for walkers
ipis 3, tlbIpis 3, flushCalls 1
`);
});

test('beside real kernels: sums, and each difference with the functions that differ', () => {
  const none = { equal: 0, rounded: 0, different: 0, 'not modelled': 0 };
  const sums = { ...columns } as unknown as Record<keyof typeof columns, typeof none>;
  for (const name of Object.keys(columns)) sums[name as keyof typeof columns] = { ...none, equal: 1 };
  sums.ipis = { ...none, different: 1 };
  const row: ComparedRow = {
    arch: 'x86-64',
    operation: 'thp_munmap',
    mode: 'spin3',
    columns: [
      { name: 'ipis', ours: 3, theirs: 2.5, agreement: 'different' },
      { name: 'flushCalls', ours: 1, theirs: 1, agreement: 'equal' },
    ],
    functions: [{ name: 'should_flush_tlb', ours: 0, theirs: 4, agreement: 'different' }],
  };
  const said = text.say(
    {
      schemaVersion: 1,
      kind: 'counts',
      rows: [row],
      sums: [{ arch: 'x86-64', columns: sums }],
      notCompared: [{ names: ['call_rcu'], why: 'memory' }],
      beside: [],
    },
    options,
  );
  expect(said).toContain('x86-64        equal         0     1        1         1             1           1\n');
  expect(said).toContain('              different     1     0        0         0             0           0\n');
  expect(said).toContain('different: thp_munmap:x86-64:spin3: ipis 3, kernel 2.5\n');
  expect(said).toContain('functions: should_flush_tlb 0, kernel 4\n');
  expect(said).toContain('x86-64        1                           0      0        1\n');
  expect(said).toContain('not compared, memory: call_rcu\n');
  expect(
    csv.say({ schemaVersion: 1, kind: 'counts', rows: [row], sums: [], notCompared: [], beside: [] }, options),
  ).toContain('x86-64,thp_munmap,spin3,ipis,3,2.5,different\n');
});
