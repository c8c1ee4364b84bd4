// Explores every built-in race on every architecture, before its fix and after, with each reduction alone and with all, and says how
// many states, steps and seconds that takes. All must say the same; exit code 1 on a difference. Ratios are of one run.
//   node bench/reductions.mjs [MAX_STATES] [part of a race's name]
import { built } from '../build/lib/built.mjs';
import { arches, races as all } from '../build/lib/config.mjs';

const { ALL_REDUCTIONS, byFrames, exploreSync, notApplicable, rig } = await built('core/dist/testing.js');
const maxStates = Number(process.argv[2] ?? 20_000);
const races = all.filter(({ id }) => id.includes(process.argv[3] ?? ''));

const WAYS = {
  exact: {},
  persistent: { persistent: true },
  '+ commute': { persistent: true, commute: true },
  '+ fuse': { persistent: true, commute: true, fuse: true },
  local: { local: true },
  sleep: { sleep: true },
  'dead cells': { deadCells: true },
  all: ALL_REDUCTIONS,
};
const says = ({ violations, deadlocks, bounded, ends, neverEnds, nodes, edges }) =>
  JSON.stringify([
    violations.map(({ claim }) => claim).sort(),
    deadlocks > 0,
    bounded > 0,
    ends > 0,
    neverEnds !== undefined,
    nodes,
    edges,
  ]);
const totals = Object.fromEntries(
  Object.keys(WAYS).map((way) => [way, { states: 0, transitions: 0, seconds: 0, rounds: 0 }]),
);
let [cases, tooBig, differences] = [0, 0, 0];

console.log(
  `${'case'.padEnd(64)}${Object.keys(WAYS)
    .map((way) => way.padStart(24))
    .join('')}   (states / steps / ms)`,
);
for (const race of races)
  for (const arch of arches)
    for (const variant of ['before', 'after']) {
      if (notApplicable(arch, race.scenario) !== undefined) continue;
      const explored = Object.entries(WAYS).map(([way, reduce], i, all) => [
        way,
        i > 0 && all.tooBig ? undefined : explore(race, arch, variant, reduce, all),
      ]);
      const exact = explored[0][1];
      const name = `${race.id} ${arch.id} ${variant}`.padEnd(64);
      if (exact.outcome !== 'complete') {
        tooBig++;
        continue;
      }
      cases++;
      console.log(
        name +
          explored
            .map(([, { states, transitions, seconds }]) =>
              `${states}/${transitions}/${Math.round(seconds * 1000)}`.padStart(24),
            )
            .join(''),
      );
      for (const [way, found] of explored) {
        const total = totals[way];
        total.states += found.states;
        total.transitions += found.transitions;
        total.seconds += found.seconds;
        total.rounds = Math.max(total.rounds, found.rounds);
        if (says(found) !== says(exact)) {
          differences++;
          console.error(`${name} ${way} says ${says(found)}, exact says ${says(exact)}`);
        }
      }
    }

function explore(race, arch, variant, reduce, all) {
  const found = exploreSync(
    rig(arch, race.scenario, race[variant]).system,
    { stopAtFirst: false, maxStates, reduce },
    byFrames(),
  );
  all.tooBig ||= found.outcome !== 'complete';
  return found;
}

const { exact } = totals;
for (const [way, { states, transitions, seconds, rounds }] of Object.entries(totals))
  console.log(
    `${way.padEnd(12)} states ${states} (1/${(exact.states / states).toFixed(1)}), steps ${transitions} (1/${(exact.transitions / transitions).toFixed(1)}), search ${seconds.toFixed(1)} s (1/${(exact.seconds / seconds).toFixed(1)}), at most ${rounds} rounds`,
  );
console.log(`${cases} cases, ${differences} differences, ${tooBig} above ${maxStates} states left out`);
process.exit(differences > 0 ? 1 : 0);
