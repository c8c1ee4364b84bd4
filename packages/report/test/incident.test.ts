/** A counterexample as people read it. */
import { expect, test } from '@jest/globals';
import type { Trace } from '@shootdown/core';
import { text, type RenderOptions, type Replay } from '../src/index.ts';
import { broken, changed, CLAIM, event, freedUnderWalker, options } from './values.ts';

const TABLE_UAF = { claim: CLAIM, breach: 'table-uaf' };
/** @param broken what core says that breaks in the trace */
const replayed = (trace: Trace, some: Partial<RenderOptions> = {}, broken?: Replay['broken']): string => {
  const replay: Replay = {
    token: 'v1:some-race:before:arm64:0.1.0',
    workload: 'some-race',
    variant: 'before',
    configuration: 'Linux 6.1 without the fix',
    arch: 'arm64',
    geometry: '2x2x2',
    trace,
    ...(broken && { broken }),
  };
  return text.say({ schemaVersion: 1, kind: 'replay', replay }, { ...options, ...some });
};

test('a counterexample', () => {
  const shown = text.say({ schemaVersion: 1, kind: 'verdicts', verdicts: [broken('arm64')] }, options);
  expect(shown).toBe(`\
FAIL  some-race before  arm64  found: 2 CPUs, tables 2x2, sc, 40 states, depth 30

==================================================================
BUG: SHOOTDOWN: table-uaf in free_pte_range / gup_pte_range  [arm64]
claim: 'no page table is used after it was freed'
workload: some-race, before the fix: Linux 6.1 without the fix

broken: load T3[0] -> POISON, by G on cpu0 at step 3
    gup_pte_range <- gup_fast
    seen: cpu0 read from T3
last step of the other side: frees table T3, by M on cpu1 at step 2
    free_pte_range <- munmap
    value changed: T3[0] none -> POISON

 Unsafe interleaving (3 steps, 2 switches, shortest):
  #  CPU0 G                               CPU1 M                               changed
 --  -----------------------------------  -----------------------------------  ---------------------
  1  gup_fast:                                                                 CPU0 irqs off: 0 -> 1
       local_irq_save
  2                                       free_pte_range:                      T3[0]: none -> POISON
                                            frees table T3
  3  gup_pte_range:                                                            *** table-uaf ***
       load T3[0] -> POISON

Names: P16 is a page frame, T3 a page table, T3[0] its first entry, page 0 the first base page of an
  address space. Of an entry: r present, w writable, a accessed, d dirty.

held at step 3: G: interrupts off   M: nothing
Replay: npx shootdown replay v1:some-race:before:arm64:0.1.0
Reported-by: shootdown 0.1.0 on arm64: 2 CPUs, tables 2x2, sc, 40 states, depth 30; found: no
  interleaving that breaks it is shorter
==================================================================

found: no interleaving that breaks it is shorter
1 verdict, 40 states, 0.5 s; omission risk: none (states are compared in full)
`);
});

test('a claim of a contract names the hook', () => {
  const trace = {
    ...freedUnderWalker,
    events: [
      event(1, 'M', 1, 'leaves pmd_clear', { where: ['pmd_clear'], broken: [{ claim: 'pmd_clear: the PMD is none' }] }),
    ],
  };
  const broken = { claim: 'pmd_clear: the PMD is none', breach: 'contract' };
  expect(replayed(trace, {}, broken)).toContain(
    "contract of pmd_clear: 'the PMD is none' (core/src/contract/hooks/pmd_clear.ts)",
  );
});

test('who waits for ever', () => {
  const trace = {
    ...freedUnderWalker,
    events: freedUnderWalker.events.slice(0, 1),
    stuck: [{ process: 'M', waitsFor: 'every CPU has run it' }],
  };
  const shown = replayed(trace, {}, { claim: 'nobody waits for ever', breach: 'deadlock' });
  expect(shown).toContain(' M on cpu1 waits for ever: every CPU has run it');
  expect(shown).toContain('BUG: SHOOTDOWN: deadlock');
});

test('what is wrong at the end', () => {
  const trace = { ...freedUnderWalker, events: freedUnderWalker.events.slice(0, 2), brokenAtEnd: [{ claim: CLAIM }] };
  const shown = replayed(trace, {}, TABLE_UAF);
  expect(shown).toContain('BUG: SHOOTDOWN: table-uaf in gup_fast / munmap  [arm64]');
  expect(shown).toContain(` where everything has ended: '${CLAIM}' broken`);
});

test('an execution in which nothing breaks', () => {
  const trace = { ...freedUnderWalker, events: freedUnderWalker.events.slice(0, 2) };
  expect(replayed(trace)).toContain('SHOOTDOWN: nothing broken  [arm64]');
  expect(replayed(trace)).not.toContain('BUG');
});

test('no line is wider than the terminal, but the command', () => {
  for (const columns of [60, 80, 120])
    for (const line of replayed(freedUnderWalker, { columns }, TABLE_UAF)
      .replace(/^Replay:.*/m, '')
      .split('\n'))
      expect(line.length).toBeLessThanOrEqual(columns);
});

test('interrupts and TLB agents stand in the column of their CPU, RCU in the last', () => {
  const trace: Trace = {
    ...freedUnderWalker,
    events: [
      event(1, 'M', 1, 'send IPI flush to cpu0', { where: ['flush_tlb'] }),
      event(2, 'cpu0 irq', 0, 'takes the interrupt of cpu1', { where: [] }),
      event(3, 'M', 1, 'cpu0 acknowledged', { where: ['flush_tlb'], why: 'every target of flush has run it' }),
      event(4, 'rcu', 2, 'grace period over: free T3'),
    ],
  };
  expect(
    replayed(trace)
      .split('\n')
      .filter((line) => /^ +\d |^ +#/.test(line) || line.includes('waited')),
  ).toEqual([
    '  #  CPU0 G                    CPU1 M                    RCU                       changed',
    '  1                            flush_tlb:',
    '  2  <irq> takes the',
    '  3                              cpu0 acknowledged',
    '                                   waited until every',
    '  4                                                      grace period over: free',
  ]);
});

const own = (n: number): Trace['events'][number] =>
  event(n, 'M', 1, `store private${n} = 1`, {
    where: ['munmap', `step_${n}`],
    changes: [changed(`private${n}`, '0', '1')],
  });

test('steps that concern no other CPU are folded, unless all are wanted', () => {
  const read = event(5, 'M', 1, 'load T3[0] -> none', { where: ['munmap'], cells: ['T3[0]'] });
  const write = event(6, 'G', 0, 'store T3[0] = P1', {
    where: ['fault'],
    cells: ['T3[0]'],
    changes: [changed('T3[0]', 'none', 'P1')],
  });
  const trace = { ...freedUnderWalker, events: [own(1), own(2), own(3), own(4), read, write] };
  const folded = replayed(trace);
  expect(folded).toMatch(/^ 1-4 +\(4 steps in munmap\)$/m);
  expect(folded).toContain('load T3[0] -> none');
  const full = replayed(trace, { full: true });
  expect(full).toContain('store private2 = 1');
  expect(full).not.toContain('steps in munmap');
});
