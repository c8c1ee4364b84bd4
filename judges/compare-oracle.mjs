// Compares the packed search with the independent judge (live generators, no automaton, no packing) on every built-in race
// that is small enough, on every architecture, before its fix and after. Prints what was compared; exit code 1 on a difference.
//   node judges/compare-oracle.mjs [MAX_STATES]
import { built } from '../build/lib/built.mjs';
import { arches as archs, races } from '../build/lib/config.mjs';

const { exploreSync, notApplicable, oracle, rig } = await built('core/dist/testing.js');

const maxStates = Number(process.argv[2] ?? 1300);

let compared = 0,
  states = 0,
  tooBig = 0;
const differences = [];
for (const race of races)
  for (const arch of archs)
    for (const variant of ['before', 'after']) {
      if (notApplicable(arch, race.scenario) !== undefined) continue;
      const system = () => rig(arch, race.scenario, race[variant]).system;
      const search = exploreSync(system(), { stopAtFirst: false, maxStates: maxStates + 1 });
      if (search.states > maxStates) {
        tooBig++;
        continue;
      }
      const judge = oracle(system(), maxStates + 1);
      const of = (x, violated) =>
        JSON.stringify({
          states: x.states,
          transitions: x.transitions,
          ends: x.ends,
          bounded: x.bounded,
          deadlocks: x.deadlocks,
          violated,
        });
      const a = of(
        search,
        search.violations.map(({ claim, depth }) => ({ claim, depth })).sort((x, y) => (x.claim < y.claim ? -1 : 1)),
      );
      const b = of(judge, judge.violated);
      compared++;
      states += search.states;
      if (a !== b) differences.push(`${race.id} on ${arch.id}, ${variant}:\n  search ${a}\n  oracle ${b}`);
      if (process.stderr.isTTY) process.stderr.write(`\r${compared} compared`);
    }
if (process.stderr.isTTY) process.stderr.write('\n');
for (const difference of differences) console.error(difference);
console.log(
  `search against oracle: ${compared} systems compared, ${states} states, ${differences.length} differences (${tooBig} systems above ${maxStates} states left out)`,
);
process.exit(differences.length > 0 ? 1 : 0);
