// Lets SPIN judge small systems, written as Promela from what a search has learned, and compares verdicts and numbers of states.
// Says so and does nothing where spin or gcc are absent. Exit code 1 on a difference.
//   node judges/compare-spin.mjs [MAX_STATES] [most races]
import { built } from '../build/lib/built.mjs';
import { arches, races } from '../build/lib/config.mjs';
import { missing, promelaOf, spin } from '../build/lib/spin.mjs';

const { byFrames, gupCollapse, notApplicable, rig, tablesOf } = await built('core/dist/testing.js');
const [maxStates, most] = [Number(process.argv[2] ?? 3000), Number(process.argv[3] ?? 6)];
const why = missing();
if (why !== undefined) {
  console.log(`SPIN against search: skipped, ${why}`);
  process.exit(0);
}

function* systems() {
  for (const flush of ['ipi', 'no kick', 'kick'])
    for (const walkers of [1, 2])
      yield [`small model, ${walkers} walkers, ${flush}`, gupCollapse({ walkers, flush }), 50_000];
  let taken = 0;
  for (const race of races)
    for (const variant of ['before', 'after']) {
      if (taken >= most) return;
      const arch = arches.find((a) => notApplicable(a, race.scenario) === undefined && small(a, race, variant));
      if (!arch) continue;
      taken++;
      yield [`${race.id} ${variant} on ${arch.id}`, rig(arch, race.scenario, race[variant]).system, maxStates];
    }
}

function small(arch, race, variant) {
  try {
    // Ends are judged by the search alone: SPIN knows no claim about ends.
    const { system } = rig(arch, race.scenario, race[variant]);
    return system.finals.length === 0 && tablesOf(system, maxStates, byFrames()) !== undefined;
  } catch {
    return false;
  }
}

let [compared, states, differences] = [0, 0, 0];
for (const [name, system, bound] of systems()) {
  const tables = tablesOf(system, bound, byFrames());
  const { found } = tables;
  const wanted = found.violations.length > 0 ? 'violates' : found.deadlocks > 0 ? 'deadlock' : 'clean';
  const plain = spin(promelaOf(tables));
  const reduced = spin(promelaOf(tables), { reduce: true });
  // SPIN stops at the first error: only without one has it seen all states.
  const same =
    plain.wrong === wanted && reduced.wrong === wanted && (wanted !== 'clean' || plain.states === found.states);
  compared++;
  if (wanted === 'clean') states += found.states;
  if (!same) differences++;
  console.log(
    `${name.padEnd(56)} ${wanted.padEnd(9)} search ${found.states} states; SPIN ${plain.wrong} ${plain.states}, with POR ${reduced.wrong} ${reduced.states}${same ? '' : '  DIFFERENT'}`,
  );
}
console.log(`SPIN against search: ${compared} systems compared, ${states} states, ${differences} differences`);
process.exit(differences > 0 ? 1 : 0);
