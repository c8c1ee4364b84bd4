/** Systems on the machine of which is known by counting what a search must say. */
import type { Op } from '@shootdown/explorer';
import type { Expected } from '../../../explorer/test/search/expected.ts';
import { bareSystem } from '../../src/testing.ts';
import { perMm } from '../../src/words/cells.ts';
import type { Cpu } from '../../src/words/cpu.ts';

const words = [0, 1, 2, 3, 4].map((i) => perMm(`word ${i}`)(0));

export const EXPECTED_OF_THE_MACHINE: Readonly<Record<string, Expected>> = {
  // Of five stores some were made, and some of these have reached memory: 1 + 2 + .. + 6 pairs, without all five made and none there.
  'machine: full store buffer blocks': {
    system: () =>
      bareSystem({
        memory: 'tso',
        cells: words.map(({ region }) => region),
        threads: [
          function* (cpu: Cpu): Op {
            for (const word of words) yield* cpu.store(word, 1);
          },
        ],
      }),
    options: {},
    says: ({ states, ends }) => [states, ends],
    wanted: [20, 1],
  },
};
