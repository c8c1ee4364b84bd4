/** Executions in the forms of other tools. */
import { expect, test } from '@jest/globals';
import type { Trace } from '@shootdown/core';
import type { FORMS } from '../src/index.ts';
import { exported } from '../src/index.ts';
import { event, freedUnderWalker } from './values.ts';

const trace: Trace = {
  ...freedUnderWalker,
  events: [
    event(1, 'M', 1, 'send IPI "flush" to cpu0; now', { where: ['munmap', 'flush_tlb'] }),
    event(2, 'cpu0 irq', 0, 'takes the interrupt of cpu1'),
    event(3, 'cpu0 irq', 0, 'acknowledges to cpu1'),
    event(4, 'M', 1, 'cpu0 acknowledged', { where: ['munmap', 'flush_tlb'], why: 'every target has run it' }),
    event(5, 'M', 1, 'frees table T3', { where: ['munmap'], broken: [{ claim: 'no table is lost' }] }),
  ],
  edges: [
    { kind: 'ipi', from: 1, to: 2, cell: 'csd' },
    { kind: 'ipi', from: 3, to: 4, cell: 'csd', answer: true, waited: true },
  ],
  overtaken: [{ cell: 'T3[0]', read: 1, changed: 5, goesOn: 5 }],
};
const said = (form: (typeof FORMS)[number]): string =>
  exported({ arch: 'x86-64', workload: 'some-race', variant: 'before', trace }, form);

test('Perfetto: slices of functions that nest, a flow for each edge, an instant where it breaks', () => {
  const { traceEvents } = JSON.parse(said('perfetto')) as { traceEvents: Record<string, unknown>[] };
  const slices = traceEvents.filter(({ ph, cat }) => ph === 'X' && cat === 'function');
  expect(slices.map(({ name, ts, dur }) => [name, ts, dur])).toEqual([
    ['munmap', 1, 5],
    ['flush_tlb', 1, 4],
  ]);
  expect(traceEvents.filter(({ ph }) => ph === 's' || ph === 'f').map(({ ph, id, ts }) => [ph, id, ts])).toEqual([
    ['s', 0, 1],
    ['f', 0, 2],
    ['s', 1, 3],
    ['f', 1, 4],
  ]);
  expect(traceEvents.filter(({ ph }) => ph === 'i').map(({ name }) => name)).toEqual(['BROKEN: no table is lost']);
});

test('Mermaid: messages lead from one to the other, and nothing in a text ends it', () => {
  const lines = said('mermaid').split('\n');
  expect(lines[0]).toBe('sequenceDiagram');
  expect(lines).toContain('  p0->>p1: ipi'.replace('p0', idOf(lines, 'M')).replace('p1', idOf(lines, 'cpu0 irq')));
  expect(lines.filter((line) => line.startsWith('  Note')).every((line) => !/;|#|:.*:/.test(line))).toBe(true);
});
const idOf = (lines: readonly string[], process: string): string =>
  /participant (\w+)/.exec(lines.find((line) => line.endsWith(` ${process}`))!)![1]!;

test('Graphviz: a cluster for each process, and quotes are quoted', () => {
  const text = said('dot');
  expect(text.match(/subgraph/g)).toHaveLength(2);
  expect(text).toContain('send IPI \\"flush\\" to cpu0');
  expect(text).toContain('s1 -> s5 [label="T3[0] changes", color=red');
});
