/** Two threads share a room that only one may be in: a lock that does not work, and Peterson's, which does. */
import { exploreSync, replay, someOf, waitsFor, when, zero } from '@shootdown/explorer';
import type { Check, Meaning, Op, Step, System } from '@shootdown/explorer';

// The state is numbers in cells: a flag of each thread, whose turn it is, and how many are in the room.
const FLAGS = [0, 1] as const;
const TURN = 2;
const INSIDE = 3;

// A step is plain data. Other threads may run before every step, and nowhere else.
const step = (kind: string, cpu: number, cells: readonly number[], ...args: number[]): Step => ({
  kind,
  cpu,
  cells,
  args,
});

// What each kind of step means: a function of the step and of the cells.
const tell: Meaning['tell'] = (s, _observed, names) => `${[s.kind, names.name(s.cells[0]!), ...s.args].join(' ')}`;
const MEANINGS: Readonly<Record<string, Meaning>> = {
  set: { tell, apply: (s, store) => (store.set(s.cells[0]!, s.args[0]!), 0) },
  add: { tell, apply: (s, store) => (store.set(INSIDE, store.get(INSIDE) + s.args[0]!), 0) },
  // Waits until the flag is down or the turn is the thread's own. It is disabled until then.
  wait: {
    tell,
    ...waitsFor((s) => someOf(zero(s.cells[0]!), ...s.args.map((me) => when(TURN, (turn) => turn === me)))),
    apply: () => 0,
  },
};

/** Looks whether the other one is inside, then raises its own flag. */
function* careless(me: number): Op {
  yield step('wait', me, [FLAGS[1 - me]!]);
  yield step('set', me, [FLAGS[me]!], 1);
  yield* visit(me);
}

/** Raises its flag, lets the other one go first, then looks. */
function* peterson(me: number): Op {
  yield step('set', me, [FLAGS[me]!], 1);
  yield step('set', me, [TURN], 1 - me);
  yield step('wait', me, [FLAGS[1 - me]!], me);
  yield* visit(me);
}

function* visit(me: number): Op {
  yield step('add', me, [INSIDE], 1);
  yield step('add', me, [INSIDE], -1);
  yield step('set', me, [FLAGS[me]!], 0);
}

// A property: a sentence, and a function that says whether it holds.
const alone: Check = { claim: 'at most one is inside', on: 'violation', holds: (store) => store.get(INSIDE) <= 1 };

/** Two threads with this code. */
export const mutualExclusion = (code: (me: number) => Op): System => ({
  processes: [0, 1].map((me) => ({ name: `thread ${me}`, cpu: me, role: 'main', body: () => code(me) })),
  cellCount: 4,
  initial: () => 0,
  meaning: (kind) => MEANINGS[kind]!,
  names: { name: (cell) => ['flag 0', 'flag 1', 'turn', 'inside'][cell]!, value: (_cell, value) => String(value) },
  checksAt: (s) => (s.kind === 'add' ? [alone] : []),
  finals: [],
  where: () => [],
});

for (const code of [careless, peterson]) {
  const system = mutualExclusion(code);
  const { outcome, states, violations } = exploreSync(system, { stopAtFirst: true, maxStates: 1000 });
  console.log(`${code.name}: ${outcome}, ${states} states`);
  // A counterexample is a schedule: who moves when. Replayed, it is a trace.
  for (const { claim, schedule } of violations) {
    console.log(`  broken: ${claim}`);
    for (const { number, process, text } of replay(system, schedule).events)
      console.log(`  ${number} ${process}: ${text}`);
  }
}

export { careless, peterson };
