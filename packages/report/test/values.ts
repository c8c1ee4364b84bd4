/** Small verdicts and traces, made by hand. */
import type { Comparison, Evidence, RaceCell, Trace, TraceEvent, Verdict } from '@shootdown/core';
import type { RenderOptions } from '../src/index.ts';

export const options: RenderOptions = { columns: 100, colour: false, version: '0.1.0' };

export const evidence = (some: Partial<Evidence> = {}): Evidence => ({
  grade: 'proved',
  cpus: 2,
  geometry: '2x2',
  memory: 'sc',
  states: 1000,
  transitions: 2000,
  depth: 30,
  gaveUp: 0,
  seconds: 0.5,
  ...some,
});

export const verdict = (some: Partial<Verdict> = {}): Verdict => ({
  schemaVersion: 1,
  workload: 'some-race',
  variant: 'before',
  configuration: 'Linux 6.1 without the fix',
  arch: 'x86-64',
  outcome: 'clean',
  asks: [],
  layers: ['Generic'],
  evidence: evidence(),
  ...some,
});

export const CLAIM = 'no page table is used after it was freed';
export const broken = (arch: string, variant: 'before' | 'after' = 'before'): Verdict =>
  verdict({
    arch,
    variant,
    outcome: 'violates',
    evidence: evidence({ grade: 'found', states: 40 }),
    counterexample: {
      claim: CLAIM,
      breach: 'table-uaf',
      length: 3,
      switches: 2,
      token: `v1:some-race:${variant}:${arch}:0.1.0`,
      trace: freedUnderWalker,
    },
  });

/** A cell that is as the reference says, unless another agreement is given. */
export const raceCell = (arch: string, some: Partial<RaceCell> = {}): RaceCell => ({
  arch,
  before: verdict({ arch }),
  after: verdict({ arch, variant: 'after' }),
  expectedBefore: 'clean',
  expectedAfter: 'clean',
  agreement: 'agree',
  ...some,
});

export const comparison = (
  rows: readonly (readonly [string, readonly RaceCell[]])[],
  some: Partial<Comparison> = {},
): Comparison => ({
  schemaVersion: 1,
  archs: rows[0]?.[1].map((c) => c.arch) ?? [],
  rows: rows.map(([id, cells]) => ({ id, title: id, year: 2022, cells })),
  seconds: 1.5,
  complete: true,
  ...some,
});

export const event = (
  number: number,
  process: string,
  cpu: number,
  text: string,
  some: Partial<TraceEvent> = {},
): TraceEvent => ({
  number,
  process,
  cpu,
  where: [],
  kind: 'load',
  text,
  cells: [],
  observed: 0,
  changes: [],
  broken: [],
  ...some,
});

/** A change of a cell whose values are told in words only. */
export const changed = (cell: string, from: string, to: string): TraceEvent['changes'][number] => ({
  cell,
  from,
  to,
  before: 0,
  after: 1,
});

/** What a trace has where nobody waits for anybody. */
export const nobodyWaits = { cells: {}, initial: [], functions: {}, waits: [], edges: [], overtaken: [] };

/** A walker reads a table that another CPU frees. */
export const freedUnderWalker: Trace = {
  ...nobodyWaits,
  processes: [
    { name: 'G', cpu: 0, role: 'main' },
    { name: 'M', cpu: 1, role: 'main' },
    { name: 'cpu0 irq', cpu: 0, role: 'daemon', does: 'irq' },
    { name: 'cpu1 irq', cpu: 1, role: 'daemon', does: 'irq' },
    { name: 'rcu', cpu: 2, role: 'daemon', does: 'rcu' },
  ],
  events: [
    event(1, 'G', 0, 'local_irq_save', {
      where: ['gup_fast'],
      kind: 'local_irq_save',
      held: [{ text: 'interrupts off', mode: 'section' }],
      changes: [changed('CPU0 irqs off', '0', '1')],
    }),
    event(2, 'M', 1, 'frees table T3', {
      where: ['munmap', 'free_pte_range'],
      kind: 'table.free',
      changes: [changed('T3[0]', 'none', 'POISON')],
    }),
    event(3, 'G', 0, 'load T3[0] -> POISON', {
      where: ['gup_fast', 'gup_pte_range'],
      cells: ['T3[0]'],
      held: [{ text: 'interrupts off', mode: 'section' }],
      broken: [{ claim: CLAIM, seen: 'cpu0 read from T3' }],
    }),
  ],
  brokenAtEnd: [],
  stuck: [],
};
