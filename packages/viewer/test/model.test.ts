/** What is drawn, before it is drawn: states, trees, stories, rows. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Trace, Verdict } from '@shootdown/core';
import { alignedRows } from '../src/model/align.ts';
import { arrowsOf, waitsOf } from '../src/model/arrows.ts';
import { inHand } from '../src/model/in-hand.ts';
import { lanesOf } from '../src/model/lanes.ts';
import { boxesOf, rowOfStep, rowsOf } from '../src/model/rows.ts';
import { statesOf } from '../src/model/states.ts';
import { storyOf } from '../src/model/story.ts';
import { shapeOf, treeAt } from '../src/model/tree.ts';
import { archNamed, bookOf, judged, raceNamed } from './real.ts';

let verdict: Verdict;
let trace: Trace;
beforeAll(async () => {
  verdict = await judged(raceNamed('collapse-vs-gup-fast'), archNamed('arm64'), 'before');
  trace = verdict.counterexample!.trace;
});
const stepOf = (text: string): number => trace.events.find((event) => event.text.startsWith(text))!.number;
const at = (step: number) =>
  treeAt(
    trace,
    shapeOf(trace, verdict.evidence.geometry),
    statesOf(trace)[step]!,
    trace.events[step - 1]?.changes ?? [],
  );

test('the last state is what the changes of all steps come to', () => {
  const states = statesOf(trace);
  expect(states).toHaveLength(trace.events.length + 1);
  const last = new Map<string, number>();
  for (const { cell, value } of trace.initial) last.set(cell, value);
  for (const { changes } of trace.events) for (const { cell, after } of changes) last.set(cell, after);
  for (const [cell, value] of last) expect(states.at(-1)!.get(cell)?.value).toBe(value);
});

describe('the tree', () => {
  test('has the levels of the geometry, from the top down', () => {
    expect(at(0).levels.map(({ name, tables }) => [name, tables.map(({ n }) => n)])).toEqual([
      ['pgd', [1]],
      ['pmd', [2]],
      ['pte', [3]],
    ]);
  });

  test('a table that was taken out is detached, and the entry that was changed says what it was', () => {
    const cleared = stepOf('xchg T2[0]');
    const tree = at(cleared);
    expect(tree.levels[2]!.tables[0]).toMatchObject({ n: 3, linked: false });
    expect(tree.levels[1]!.tables[0]!.entries[0]).toMatchObject({ text: 'none', was: 'table T3' });
  });

  test('what a CPU remembers is stale from the step on at which the tree says something else', () => {
    const cleared = stepOf('xchg T2[0]');
    const staleAt = (step: number): string[] =>
      at(step)
        .cached.filter(({ stale }) => stale)
        .map(({ cell }) => cell);
    expect(staleAt(cleared - 1)).toEqual([]);
    expect(staleAt(cleared)).toContain('CPU0 tlb of page 0');
    // Until the broadcast is done.
    expect(staleAt(stepOf('does the broadcast'))).toEqual([]);
  });
});

test('what a thread has read is stale once another has changed it', () => {
  const cleared = stepOf('xchg T2[0]');
  const states = statesOf(trace);
  const of = (step: number) => inHand(trace, states, step).find(({ cell }) => cell === 'T2[0]');
  expect(of(1)).toBeUndefined();
  expect(of(cleared - 1)).toMatchObject({ process: 'G', text: 'table T3' });
  expect(of(cleared - 1)).not.toHaveProperty('stale');
  expect(of(cleared)).toMatchObject({ stale: 'T2[0] is none' });
});

test('the story names the reads that were overtaken, what overtook them, and what the claim is about', () => {
  expect(storyOf(trace).map(({ role, cells }) => [role, cells[0]])).toEqual([
    ['reads', 'T2[0]'],
    ['overtakes', 'T2[0]'],
    ['reads', 'P16.refcount'],
    ['overtakes', 'P16.refcount'],
    ['cause', 'CPU0 ghost.pinned of page 0'],
    ['cause', 'T2[0]'],
  ]);
});

test('where a step breaks on a table, the story has who took it out of the tree and who freed it', async () => {
  const lazy = await judged(raceNamed('lazy-tlb-vs-table-free'), archNamed('x86-64'), 'before');
  const told = lazy.counterexample!.trace;
  const kinds = storyOf(told).map(({ role, step }) => [
    role,
    told.events[step - 1]!.where.at(-1) ?? told.events[step - 1]!.kind,
  ]);
  expect(kinds).toEqual([
    ['cause', 'pmd_clear'],
    ['cause', 'tlb_batch_pages_flush'],
    ['breaks', 'mmu.walk'],
  ]);
});

describe('rows', () => {
  test.each(['story', 'shared', 'all'] as const)('every step is in a row, at detail %s', (detail) => {
    const rows = rowsOf(trace, storyOf(trace), detail, new Set());
    for (const { number } of trace.events) expect(rowOfStep(rows, number)).toBeGreaterThanOrEqual(0);
  });

  test('nothing that matters is folded', () => {
    const rows = rowsOf(trace, storyOf(trace), 'story', new Set());
    for (const { step } of storyOf(trace)) expect(rows[rowOfStep(rows, step)]).toMatchObject({ kind: 'step' });
  });

  test('a fold opens', () => {
    const folded = rowsOf(trace, storyOf(trace), 'shared', new Set());
    const first = folded.find((row) => row.kind === 'fold')!;
    const open = rowsOf(trace, storyOf(trace), 'shared', new Set([first.step]));
    expect(open.length).toBeGreaterThan(folded.length);
    expect(open[rowOfStep(open, first.step)]).toMatchObject({ kind: 'step' });
  });

  test('boxes of one lane are nested: none overlaps another in part', () => {
    const boxes = boxesOf(rowsOf(trace, storyOf(trace), 'all', new Set())).filter(({ process }) => process === 'K');
    for (const a of boxes)
      for (const b of boxes) {
        const apart = a.to < b.from || b.to < a.from;
        const inside = (a.from <= b.from && b.to <= a.to) || (b.from <= a.from && a.to <= b.to);
        expect(apart || inside).toBe(true);
      }
  });
});

test('lanes: the threads, and beside each what its CPU does by itself', () =>
  expect(lanesOf(trace).map(({ process, kind }) => `${process} ${kind}`)).toEqual([
    'G main',
    'cpu0 tlb thin',
    'K main',
    'cpu1 tlb thin',
  ]));

test('arrows: the broadcast to both TLBs and back, and the two reads that were overtaken', () => {
  const rows = rowsOf(trace, storyOf(trace), 'shared', new Set());
  const arrows = arrowsOf(trace, rows).map(
    ({ kind, fromProcess, toProcess, answer }) => `${kind} ${fromProcess}>${toProcess}${answer ? ' answer' : ''}`,
  );
  expect(arrows.sort()).toEqual([
    'broadcast K>cpu0 tlb',
    'broadcast K>cpu1 tlb',
    'broadcast cpu0 tlb>K answer',
    'broadcast cpu1 tlb>K answer',
    'overtaken G>K',
    'overtaken K>G',
  ]);
  expect(waitsOf(trace, rows)).toMatchObject([{ process: 'K', text: 'waits for cpu0 tlb, cpu1 tlb: dsb(ish)' }]);
});

test('two architectures are aligned at the steps that both make, up to where they part', async () => {
  const { partings, verdicts } = await bookOf('collapse-vs-gup-fast', 'arm64', 'x86-64');
  const { followed } = partings![0]!;
  const rows = alignedRows(verdicts![0]!.counterexample!.trace, followed!);
  expect(rows.filter(({ kind }) => kind === 'parts')).toHaveLength(1);
  for (const { kind, led, own } of rows) if (kind === 'both') expect(own?.text).toBe(led?.text);
  expect(rows.find(({ kind }) => kind === 'parts')?.led?.number).toBe(followed!.part!.step);
});
