/** One set of programs on two stores: every step observes the same. And on the real shape of the tree. */
import { expect, test } from '@jest/globals';
import { MODES } from '../../src/measure/operation.ts';
import { MapStore } from '../../src/machine/map-store.ts';
import { programs, run, SMALL } from './programs.ts';

test.each(programs)('%s: the sparse store observes what the plain one does', (...program) => {
  for (const mode of MODES) {
    const sparse = run(program, { mode, geometry: SMALL });
    const plain = run(program, {
      mode,
      geometry: SMALL,
      storeOf: (layout) => new MapStore((cell) => layout.initial(cell)),
    });
    expect(sparse.measured.notModelled).toBeUndefined();
    expect(sparse.seen).toEqual(plain.seen);
    expect(sparse.measured).toEqual(plain.measured);
    expect(sparse.seen.length).toBeGreaterThan(200);
  }
});

test.each(programs.filter(([name]) => name !== 'free'))(
  '%s: the real shape of the tree ends, and counts the same interrupts',
  (...program) => {
    const real = run(program, { mode: 'spin3', repetitions: 1 }).measured;
    expect(real.notModelled).toBeUndefined();
    expect(real.columns.ipis).toBe(
      run(program, { mode: 'spin3', repetitions: 1, geometry: SMALL }).measured.columns.ipis,
    );
  },
);

test('equal runs count equally', () => {
  const twice = [1, 2].map(() => run(programs[0]!, { mode: 'lazy3' }));
  expect(twice[0]).toEqual(twice[1]);
});
