/** Where two architectures part, as people read it. */
import { describe, expect, test } from '@jest/globals';
import type { Parting, Trace } from '@shootdown/core';
import { text } from '../src/index.ts';
import { broken, event, nobodyWaits, options, verdict } from './values.ts';

const arm = broken('arm64');
const leading: Trace = {
  ...nobodyWaits,
  processes: [
    { name: 'G', cpu: 0, role: 'main' },
    { name: 'K', cpu: 1, role: 'main' },
  ],
  brokenAtEnd: [{ claim: 'no page table is used after it was freed' }],
  stuck: [],
  events: [
    event(1, 'G', 0, 'local_irq_save', { where: ['gup_fast'] }),
    event(2, 'K', 1, 'store T2[0] = none', { where: ['collapse', 'pmd_clear'] }),
    event(3, 'G', 0, 'load P1', { where: ['gup_fast'] }),
    event(4, 'K', 1, 'broadcasts', { where: ['collapse', 'flush_tlb_range'] }),
    event(5, 'cpu0 tlb', 0, 'does it'),
    event(6, 'K', 1, 'spin_unlock', { where: ['collapse'] }),
  ],
};
const verdicts = [{ ...arm, counterexample: { ...arm.counterexample!, trace: leading } }, verdict({ arch: 'x86-64' })];
const other = (...events: Trace['events']): Trace => ({
  ...nobodyWaits,
  processes: leading.processes,
  events,
  brokenAtEnd: [],
  stuck: [],
});
const ipi = other(
  leading.events[0]!,
  leading.events[1]!,
  leading.events[2]!,
  event(4, 'K', 1, 'send IPI to cpu0', { where: ['collapse', 'flush_tlb_range', 'native_flush'] }),
);
const parting = (some: Partial<Parting>): Parting => ({
  workload: 'some-race',
  variant: 'before',
  archs: ['arm64', 'x86-64'],
  leader: 'arm64',
  token: 'v1:some-race:before:x86-64:0.1.0.1',
  ...some,
});
const pairs = [
  [1, 1],
  [2, 2],
  [3, 3],
] as const;
const say = (value: Parting, columns = 100): string => {
  const said = text.say({ schemaVersion: 1, kind: 'verdicts', verdicts, partings: [value] }, { ...options, columns });
  return said.slice(said.indexOf('arm64 and x86-64:'), said.indexOf('\n\nfound:'));
};

test('one waits: what both did, what each did then, and what is in the way', () => {
  const part = {
    step: 6,
    process: 'K',
    how: 'waits' as const,
    at: { where: ['collapse', 'flush_tlb_range', 'native_flush'], kind: 'ipi.wait', why: 'every CPU has flushed' },
    obstacles: [
      { process: 'K', cell: 'csd[1][0]', value: 'flush', since: 4 },
      { process: 'cpu0 irq', cell: 'irqs off[0]', value: '1', since: 1 },
      { process: 'cpu0 irq', cell: 'c', value: '2' },
    ],
  };
  expect(say(parting({ followed: { trace: ipi, pairs, otherwise: [], missing: [5], part } }))).toBe(`\
arm64 and x86-64: some-race, before

The shortest counterexample of arm64 has 6 steps. x86-64 can follow the first 5; at step 6 they
  part.

 #    arm64                                          x86-64
----  ---------------------------------------------  ---------------------------------------------
  2   K in collapse > pmd_clear:                     K in collapse > pmd_clear:
        store T2[0] = none                             store T2[0] = none
      (1 step of G)                                  (the same)
  4   K in collapse > flush_tlb_range:               K in flush_tlb_range > native_flush:
        broadcasts                                     send IPI to cpu0
  5   cpu0 tlb:
        does it
  6   K in collapse:                                 K in flush_tlb_range > native_flush:
        spin_unlock                                    waits: every CPU has flushed

On x86-64, K cannot go on: csd[1][0] is flush, set by K in flush_tlb_range > native_flush (send IPI
  to cpu0). Nor can cpu0 irq: irqs off[0] is 1, set by G in gup_fast (local_irq_save); c is 2.

Replay on arm64: npx shootdown replay v1:some-race:before:arm64:0.1.0
So far on x86-64: npx shootdown replay v1:some-race:before:x86-64:0.1.0.1`);
});

describe('other ends', () => {
  const at = { where: ['collapse'], kind: 'load' };
  test('another step, which it took', () => {
    const trace = other(...ipi.events.slice(0, 3), event(4, 'K', 1, 'load T2[0] -> none', { where: ['collapse'] }));
    const said = say(
      parting({
        followed: {
          trace,
          pairs,
          otherwise: [],
          missing: [],
          part: { step: 4, process: 'K', how: 'another way', at, obstacles: [] },
        },
      }),
    );
    expect(said).toMatch(
      /^ {2}4 {3}K in collapse > flush_tlb_range: +K in collapse:\n +broadcasts +load T2\[0\] -> none$/m,
    );
    expect(said).not.toContain('cannot go on');
  });
  test('code that is over, and a process that is not there', () => {
    const ends = (how: 'ended' | 'no such process') =>
      say(
        parting({
          followed: {
            trace: other(...ipi.events.slice(0, 3)),
            pairs,
            otherwise: [],
            missing: [],
            part: { step: 4, process: 'K', how, obstacles: [] },
          },
        }),
      );
    expect(ends('ended')).toContain('K: has ended');
    expect(ends('no such process')).toContain('there is no K');
  });
  test('all steps can be taken: what was seen otherwise', () => {
    const trace = other(
      ...leading.events
        .filter(({ number }) => number !== 5)
        .map((e) => (e.number === 3 ? { ...e, text: 'load P2' } : e)),
    );
    const said = say(
      parting({ followed: { trace, pairs: [...pairs, [4, 4], [6, 5]], otherwise: [[3, 3]], missing: [5] } }),
    );
    expect(said).toMatch(
      /x86-64 can follow the shortest counterexample of arm64 through all its 6 steps, and nothing\s+breaks\s+along it\./,
    );
    expect(said).toContain('Not on x86-64: does it, step 5 of arm64, by cpu0 tlb.');
    expect(said).toContain('Seen otherwise at step 3, by G in gup_fast: on arm64 load P1; on x86-64 load P2.');
    expect(said).toContain('The same on x86-64: npx shootdown replay');
  });
  test('it breaks there too', () =>
    expect(
      say(parting({ followed: { trace: leading, pairs, otherwise: [], missing: [] } })).replace(/\s+/g, ' '),
    ).toContain("'no page table is used after it was freed' breaks there too."));
  test('there is nothing to follow', () => {
    const { leader: _, token: __, ...neither } = parting({});
    expect(say(neither)).toBe(
      'arm64 and x86-64: some-race, before\nThere is no counterexample to follow: on arm64 an interleaving breaks one, on x86-64 no interleaving\n  breaks a claim.',
    );
  });
});
