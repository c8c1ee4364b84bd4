/** Packed states: late cells, fingerprints, equality. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { all, load, store, toy } from './toy.ts';
import { HEADER } from '../../src/store/packing.ts';
import { highPart, lowPart } from '../../src/store/hash.ts';
import { Pairs } from '../../src/store/pairs.ts';
import type { PackedStore } from '../../src/store/packed-store.ts';
import { States } from '../../src/store/states.ts';
import { Visited } from '../../src/store/visited.ts';

const CELLS = 40;
const initial = Array.from({ length: CELLS }, (_, cell) => (cell % 3) - 1);
const fresh = (): States =>
  new States(toy({ cellCount: CELLS, cells: initial, processes: [() => load(0), () => load(0)] }));

/** Fingerprint of a state from scratch. */
const fingerprint = (states: States, state: number): [number, number] => {
  let [low, high] = [0, 0];
  for (let i = HEADER.size; i < states.layout.width; i++) {
    const word = states.chunkOf(state)[states.baseOf(state) + i]!;
    low = (low + lowPart(i, word, 0)) | 0;
    high = (high + highPart(i, word, 0)) | 0;
  }
  return [low, high];
};

const write = fc.record({
  from: fc.nat(),
  process: fc.nat(1),
  node: fc.nat(3),
  cell: fc.nat(CELLS - 1),
  value: fc.integer({ min: -2, max: 2 }),
});

describe('packed states', () => {
  test('nothing is lost, merged or split when cells appear late', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 60, size: 'max' }), (writes) => {
        const states = fresh();
        const store = states.view();
        const known = new Map<string, number>();
        const model: { nodes: number[]; cells: number[] }[] = [];
        const add = (next: { nodes: number[]; cells: number[] }): void => {
          const key = JSON.stringify(next);
          const found = states.find();
          expect(found).toBe(known.get(key) ?? -1);
          if (found >= 0) return;
          states.keep(0, [0]);
          known.set(key, model.length);
          model.push(next);
        };
        add({ nodes: [0, 0], cells: initial });
        for (const { from, process, node, cell, value } of writes) {
          const source = from % model.length;
          states.copyToCandidate(source);
          store.seek(states.count);
          store.writable = true;
          store.set(cell, value);
          states.setNode(states.count, process, node);
          add({ nodes: model[source]!.nodes.with(process, node), cells: model[source]!.cells.with(cell, value) });
        }
        model.forEach(({ nodes, cells }, state) => {
          store.seek(state);
          expect(cells.map((_, cell) => store.get(cell))).toEqual(cells);
          expect(nodes.map((_, p) => states.node(state, p))).toEqual(nodes);
          const [low, high] = fingerprint(states, state);
          expect([low, high]).toEqual([
            states.chunkOf(state)[states.baseOf(state) + HEADER.low],
            states.chunkOf(state)[states.baseOf(state) + HEADER.high],
          ]);
        });
      }),
      { numRuns: 40 },
    );
  });

  test('a cell that only ever holds its initial value takes no room', () => {
    const states = fresh();
    const store = states.view();
    const { width } = states.layout;
    states.copyToCandidate(0);
    store.seek(0);
    store.writable = true;
    store.set(2, 1);
    expect([store.get(2), states.layout.width]).toEqual([1, width]);
    store.set(2, 0);
    expect([store.get(2), states.layout.width]).toEqual([0, width + 1]);
  });

  test('a search finds cells late, one chunk of states after another', () => {
    // 30 * 30 * 10 places; the last cells appear when thousands of states exist.
    const count = (from: number, steps: number) =>
      function* () {
        for (let i = 0; i < steps; i++) yield* store(from + i, 1);
      };
    const states = 30 * 30 * 10;
    expect(all({ cellCount: 100, processes: [count(0, 29), count(30, 29), count(60, 9)] })).toMatchObject({
      outcome: 'complete',
      states,
      ends: 1,
    });
  });

  test.each([
    ['a node', (states: States) => states.setNode(1, 1, 5)],
    ['the first cell', (_states: States, store: PackedStore) => store.set(0, 9)],
    ['the last cell', (_states: States, store: PackedStore) => store.set(1, 9)],
  ])('states with equal fingerprints that differ in %s are two', (_name, change) => {
    const states = fresh();
    const store = states.view();
    store.seek(0);
    store.writable = true;
    store.set(0, 1);
    store.set(1, 1);
    states.find();
    states.keep(0, [0]);
    states.copyToCandidate(0);
    store.seek(1);
    expect(states.find()).toBe(0);
    change(states, store);
    for (const half of [HEADER.low, HEADER.high])
      states.chunkOf(1)[states.baseOf(1) + half] = states.chunkOf(0)[states.baseOf(0) + half]!;
    expect(states.find()).toBe(-1);
  });

  test('things with one fingerprint have places of their own, also after growing', () => {
    const visited = new Visited();
    const placeOf = (id: number): number => {
      let place = visited.start(7);
      while (visited.at(place) >= 0 && visited.at(place) !== id) place = visited.after(place);
      return place;
    };
    for (let id = 0; id < 3000; id++) visited.put(placeOf(id), 9, id, () => 7);
    for (let id = 0; id < 3000; id++)
      expect([visited.at(placeOf(id)), visited.matches(placeOf(id), 9)]).toEqual([id, true]);
  });

  test('a set of pairs has each pair once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 1000, size: 'max' }), (list) => {
        const pairs = new Pairs();
        const model = new Set<string>();
        for (const [a, b] of list) {
          expect(pairs.add(a, b)).toBe(!model.has(`${a},${b}`));
          model.add(`${a},${b}`);
        }
      }),
    );
  });
});
