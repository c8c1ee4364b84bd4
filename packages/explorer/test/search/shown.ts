/** Systems made by hand: for each of these rules of the engine one that comes out differently without it. */
import type { Check } from '../../src/api/system.ts';
import { difference, judgedUnlike } from './agree.ts';
import {
  add,
  awaitAll,
  awaitEither,
  awaitNeeds,
  awaitValue,
  awaitZero,
  clear,
  flip,
  flipUpTo,
  giveUp,
  inc,
  isNot,
  load,
  lock,
  lockShared,
  mark,
  or,
  post,
  store,
  storeIf,
  take,
  toy,
  trylock,
  unlock,
  unlockAndInc,
  type Toy,
  type ToyProcess,
} from './toy.ts';

/** What reduced searches, the unreduced one and live code say differently of a system; undefined when nothing is. */
export const shownUnlike = (shown: Toy): string | undefined =>
  difference(toy(shown), 2000) ?? judgedUnlike(toy(shown), 2000);

/** Two CPUs set their bit of a mask (c0), raise a flag of their own (c1, c2), and a third process looks at the mask. */
export const TWINS: Toy = {
  processes: [
    ...[0, 1].map(
      (cpu) =>
        function* () {
          yield* or(0, 1 << cpu);
          yield* store(1 + cpu, 1);
          yield* clear([1 + cpu]);
        },
    ),
    function* () {
      if ((yield* load(0)) !== 0) yield* mark('somebody');
    },
  ],
  marks: {
    somebody: [{ claim: 'nobody is up', on: 'violation', holds: (cells) => cells.get(1) + cells.get(2) === 0 }],
  },
  symmetry: { classes: [[0, 1].map((cpu) => ({ processes: [cpu], cells: [1 + cpu], bit: cpu }))], masks: [0] },
};
/** Puts what it takes from c3 or c4 into c0, unless c5 keeps it from that. */
const taker: ToyProcess = { role: 'daemon', body: () => take(5, 0, [3, 4]) };
/** The taker waits for either queue, and p1 must be waited for: else p0 always comes first. */
const BY_THE_OTHER: Toy = { processes: [() => store(0, 5), () => post(4, 1), taker], finals: [isNot(0, 5)] };
/** p1 waits until c1 and c2 are 0, and may overtake p0, once others have opened the ones that are not. */
const overtakes = (closed: readonly number[], waits: typeof awaitAll): Toy => ({
  cells: [0, 1, 2].map((cell) => (closed.includes(cell) ? 1 : 0)),
  processes: [
    () => store(0, 5),
    function* () {
      yield* waits([1, 2]);
      if ((yield* load(0)) === 0) yield* mark('early');
    },
    ...closed.map((cell) => () => store(cell, 0)),
  ],
  marks: { early: [isNot(0, 0)] },
});
const UNCHANGED: Check = { claim: 'c0 is 0', on: 'violation', holds: (cells) => cells.get(0) === 0 };

/** The end with c0 = 1 is visited in the last round only, where taking its first edge is no news any more; c1 is looked at only there. */
const ENDS: Toy = {
  processes: [() => store(0, 1), () => store(0, 2), () => store(1, 1), () => store(1, 2)],
  finals: [
    { claim: 'c0 and c1 are not both 1', on: 'violation', holds: (cells) => cells.get(0) !== 1 || cells.get(1) !== 1 },
  ],
};

/** By the name of the rule, as `judges/mutate/rules.mjs` has it. */
export const SHOWN: Readonly<Record<string, Toy>> = {
  'dependence: write-read': { processes: [() => store(0, 1), () => load(0)] },
  'dependence: read-write': { processes: [() => load(0), () => store(0, 1)] },
  'dependence: write-write': { processes: [() => store(0, 1), () => store(0, 2)] },
  'dependence: update-read': { processes: [() => inc(0, 1), () => load(0)] },
  'dependence: read-update': { processes: [() => load(0), () => inc(0, 1)] },
  'dependence: update-write': { processes: [() => inc(0, 1), () => store(0, 2)] },
  'dependence: write-update': { processes: [() => store(0, 2), () => inc(0, 1)] },
  'dependence: updates of two kinds': { processes: [() => inc(0, 1), () => or(0, 1)] },
  // A process that is held up looks at its gate before each step.
  'may-access: gates': { processes: [() => store(0, 1), { gates: [0], body: () => load(1) }, () => store(0, 0)] },
  'may-access: suffix': {
    processes: [
      () => store(0, 1),
      function* () {
        yield* load(1);
        yield* load(0);
      },
    ],
  },
  // The daemon looks at c2 in its second round only, which at its last step is still to come.
  'may-access: daemon restart': {
    processes: [
      () => store(2, 1),
      function* () {
        yield* store(0, 1);
        yield* awaitValue(0, 0);
        yield* store(0, 1);
      },
      {
        role: 'daemon',
        *body() {
          yield* awaitValue(0, 1);
          if ((yield* add(3, 1)) === 1 && (yield* load(2)) === 0) yield* mark('second');
          yield* store(0, 0);
        },
      },
    ],
    marks: { second: [isNot(3, 2)] },
  },
  // Who waits would look at c1 after somebody else wakes it, before p0 writes.
  'persistent: enablers of blocked': {
    processes: [
      () => store(1, 1),
      function* () {
        yield* awaitValue(0, 1);
        yield* load(1);
      },
      () => store(0, 1),
    ],
  },
  'persistent: enablers of gated': {
    cells: [1],
    processes: [() => store(1, 1), { gates: [0], body: () => load(1) }, () => store(0, 0)],
  },
  // p0 meets p1, which waits for p2, which waits for p3.
  'persistent: transitive closure': {
    processes: [
      () => store(1, 1),
      function* () {
        yield* awaitValue(2, 1);
        yield* load(1);
      },
      function* () {
        yield* awaitValue(3, 1);
        yield* store(2, 1);
      },
      () => store(3, 1),
    ],
  },
  'access sets: reads of enabled': {
    cells: [1],
    processes: [
      function* () {
        yield* store(0, 0);
        yield* store(0, 1);
      },
      () => awaitValue(0, 0),
    ],
  },
  'access sets: reads of choices': { processes: [() => flipUpTo(0), () => store(0, 1)] },
  'access sets: reads of claims': {
    processes: [() => mark('look'), () => store(0, 1)],
    marks: { look: [isNot(0, 1)] },
  },
  // The clock goes round for ever, and p1 would wait as long.
  'proviso: cycle': {
    processes: [{ role: 'daemon', body: () => inc(1, 1, 2) }, () => store(0, 1)],
    kinds: { store: [isNot(0, 1)] },
  },
  'proviso: full expansion': {
    processes: [{ role: 'daemon', body: () => inc(1, 1, 2) }, () => load(0), () => store(0, 1)],
  },
  'fixpoint: repeat until converged': { processes: [() => store(0, 1), () => load(0)] },
  'access sets: silent writes': {
    processes: [
      () => store(0, 0),
      function* () {
        yield* store(0, 1);
        yield* load(0);
      },
    ],
  },
  'search: all outcomes': { processes: [() => flip(2)] },
  // p1 looks whether the lock is taken, and may do so while p0 holds it.
  'locks: accessed without acquiring': {
    processes: [
      function* () {
        yield* lock(0);
        yield* unlock(0);
      },
      () => trylock(0),
    ],
  },
  'locks: held now': { processes: [() => store(0, 1), () => lock(0)] },
  // Once the second queue is not empty either, the taker may begin with it.
  'queues: not empty': {
    processes: [
      function* () {
        yield* post(3, 1);
        yield* post(4, 2);
      },
      taker,
    ],
    finals: [isNot(0, 1)],
  },
  'queues: enqueue only': {
    processes: [
      () => post(3, 1),
      taker,
      function* () {
        if ((yield* load(3)) !== 0) yield* mark('seen');
      },
    ],
    marks: { seen: [isNot(1, 0)] },
  },
  // p2 waits until both things are in the queue.
  'queues: enqueue may enable': {
    processes: [
      function* () {
        yield* post(3, 1);
        yield* post(3, 2);
      },
      taker,
      function* () {
        yield* awaitNeeds(3, 7);
        yield* mark('full');
      },
    ],
    marks: { full: [isNot(1, 0)] },
  },
  // After a step that takes it is judged how much is left, which more are added to.
  'queues: reads of claims': {
    processes: [
      function* () {
        yield* post(3, 1);
        yield* post(3, 2);
      },
      taker,
    ],
    kinds: { take: [isNot(3, 2)] },
  },
  // p1 waits for c1 and c2, and says so: one of them has to come before p0 may go first.
  'persistent: one of the alternatives': overtakes([1, 2], awaitAll),
  // p1 looks at c1 first, which is 0, and then at c2; what it needs it does not say.
  'enabling sets: all cells read': overtakes([2], awaitZero),
  // c1 is not 0, which keeps p1 from nothing, since c2 is.
  'enabling sets: disjunction has no tests': {
    cells: [0, 1],
    processes: [
      function* () {
        if ((yield* load(1)) === 7) yield* mark('late');
      },
      function* () {
        yield* awaitEither([1, 2]);
        yield* store(1, 7);
      },
    ],
    marks: { late: [isNot(1, 7)] },
  },
  'enabling sets: union over a disjunction': BY_THE_OTHER,
  'enabling sets: only what fails': BY_THE_OTHER,
  // p2 opens the lock by an update that p0's does not meet.
  'locks: released by updates': { cells: [2], processes: [() => inc(0, 2, 3), () => lock(0), () => inc(0, 1, 3)] },
  'fixpoint: reads of finals count': ENDS,
  'fixpoint: reads of finals compared': ENDS,
  'access sets: reads of finals': {
    processes: [() => store(0, 1), () => store(0, 2)],
    finals: [isNot(0, 1), isNot(0, 2)],
  },
  // c0 is looked at by the second step of p2 only, after both have written it.
  'dead cells: suffix reads': {
    processes: [
      ...[1, 2].map(
        (value) =>
          function* () {
            yield* store(0, value);
            yield* inc(1, 1);
          },
      ),
      function* () {
        yield* awaitValue(1, 2);
        yield* load(0);
      },
    ],
  },
  // Every step of the daemon touches c0, so in one round all of them know that some step after them does; that one writes it comes round to the
  // last step only in the second. There p0 has to wait for the next write, too.
  'may-access: repeated passes': {
    processes: [
      function* () {
        if ((yield* load(0)) === 2) yield* mark('two');
      },
      {
        role: 'daemon',
        *body() {
          yield* mark('look');
          yield* inc(0, 1, 3);
          yield* mark('look');
        },
      },
    ],
    marks: { look: [isNot(0, 5)], two: [isNot(1, 0)] },
  },
  // That p2 may write c1 is seen only after p0 and p1 were seen to meet it, and by then it is all that is new: no code, no cell that is read.
  'fixpoint: writes compared': {
    processes: [
      () => store(0, 1),
      () => store(0, 0),
      () => storeIf(0, 1, 1),
      function* () {
        if ((yield* load(1)) === 1) yield* mark('written');
      },
    ],
    marks: { written: [isNot(1, 1)] },
  },
  // p0 gives back c0, which p1 takes second, and adds to c1, which p1 takes first once p2 has opened it by an update that p0's does not meet.
  // The slot of c1 is in another word of bits than that of c0: gates, in order, have the first ones.
  'dependence: every cell behind a lock': {
    cells: [1, 2],
    cellCount: 40,
    processes: [
      () => unlockAndInc(0, 1, 2, 3),
      function* () {
        yield* lock(1);
        yield* lock(0);
      },
      () => unlockAndInc(2, 1, 1, 3),
      { gates: [0, ...Array.from({ length: 35 }, (_, i) => 3 + i), 1], body: function* () {} },
    ],
  },
  // Asked first while c0 is held, since p0 is not the only one that can move; once it is given back, p1 and p2 take it in any order.
  'locks: value of the lock': {
    cells: [1],
    processes: [
      () => unlock(0),
      function* () {
        yield* lock(0);
        yield* inc(1, 1);
        yield* unlock(0);
      },
      function* () {
        yield* lock(0);
        if ((yield* load(1)) === 0) yield* mark('first');
      },
      () => store(2, 1),
    ],
    marks: { first: [isNot(1, 0)] },
  },
  // Held by one reader: p2 has to wait for it, p1 has not.
  'locks: all acquirers blocked': {
    cells: [2],
    processes: [() => add(0, -2), () => lockShared(0), () => lock(0)],
  },
  // c0 is open and stays so; who closes c1 must open it before p0 stores, or p1 never sees c2 without it.
  'enabling sets: which gate': {
    cells: [0, 1],
    processes: [() => store(2, 1), { gates: [0, 1], body: () => load(2) }, () => store(1, 0)],
  },
  // p1 looks at c0 while it holds 1 or 2; nobody looks after that.
  'findings: merged states judged anew': {
    processes: [
      function* () {
        yield* store(0, (yield* flip(2)) + 1);
        yield* store(1, 1);
      },
      function* () {
        yield* awaitValue(1, 1);
        yield* mark('look');
      },
    ],
    marks: { look: [isNot(0, 1, 'tally')] },
  },
  'enabled: given up': {
    processes: [
      function* () {
        yield* giveUp();
        yield* store(0, 1);
      },
    ],
  },
  // After flip 0 the claim is judged at the third step, after flip 1 at an end after two: looked at in this order.
  'findings: shorter schedule replaces': {
    processes: [
      function* () {
        const way = yield* flip(2);
        yield* store(0, 1 + way);
        if (way === 0) yield* mark('look');
      },
    ],
    marks: { look: [UNCHANGED] },
    finals: [UNCHANGED],
  },
  // More cells than there is room for at first are written.
  'store: widened records': {
    cellCount: 40,
    processes: [
      function* () {
        for (let cell = 0; cell < 40; cell++) yield* store(cell, 1);
      },
      () => load(0),
    ],
  },
  // p0 shuts the gate of p1 for ever once p1 has stored: p1 is stuck before its last step, or has made it.
  'local: last step of gated code': {
    processes: [
      function* () {
        yield* awaitValue(1, 1);
        yield* store(0, 1);
      },
      {
        gates: [0],
        *body() {
          yield* store(1, 1);
          yield* load(2);
        },
      },
    ],
  },
  // Each stores into its own cell (c1, c2) and that of the other, and into the two cells that are theirs as a pair (c3, c4). Sums know who was
  // last in c1 and c2, and that one was last in c3 and the other in c4, but not which.
  'canonical: permuted cells compared': {
    processes: [0, 1].map(
      (own) =>
        function* () {
          for (const first of [1, 3]) {
            yield* store(first + own, 1);
            yield* store(first + 1 - own, 2);
          }
        },
    ),
    symmetry: {
      classes: [[0, 1].map((own) => ({ processes: [own], cells: [1 + own] }))],
      pairs: [
        [
          [7, 3],
          [4, 7],
        ],
      ],
    },
  },
  // Only the first to come stores. Where p1 is first is an image of where p0 is, and is left out: nobody was seen storing into c2.
  'local: written by an image': {
    processes: [0, 1].map(
      (own) =>
        function* () {
          if ((yield* add(0, 1)) === 0) yield* store(1 + own, 1);
          yield* load(1 + own);
          yield* inc(3, 1);
        },
    ),
    symmetry: { classes: [[0, 1].map((own) => ({ processes: [own], cells: [1 + own] }))] },
  },
};
