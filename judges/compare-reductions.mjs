// Explores every built-in race on every architecture, before its fix and after, unreduced, with each reduction alone and with all: broken
// claims, deadlocks, what never ends, the code that is reached and what each end leaves in the cells must be the same.
// Exit code 1 on a difference.
//   node judges/compare-reductions.mjs [MAX_STATES] [part of a race's name] [--table]
import { built } from '../build/lib/built.mjs';
import { arches, races } from '../build/lib/config.mjs';

const { ALL_REDUCTIONS, byFrames, exploreSync, notApplicable, rig } = await built('core/dist/testing.js');
const [maxStates = '2000', part = ''] = process.argv.slice(2).filter((arg) => !arg.startsWith('-'));
const asTable = process.argv.includes('--table');
const WAYS = {
  persistent: { persistent: true },
  commute: { persistent: true, commute: true },
  fuse: { persistent: true, fuse: true },
  local: { local: true },
  sleep: { sleep: true },
  'dead cells': { deadCells: true },
  all: ALL_REDUCTIONS,
};

/** A search, and with `look` what each end leaves in the cells: then all cells are looked at, and none is dead. */
function explore(system, reduce, look) {
  const ends = new Set();
  const cells = Array.from({ length: system.cellCount }, (_, cell) => cell);
  const note = {
    claim: '~ends are noted',
    on: 'violation',
    holds: (store) => (ends.add(cells.map((cell) => store.get(cell)).join()), true),
  };
  const finals = look ? [...system.finals, note] : system.finals;
  const found = exploreSync(
    { ...system, finals },
    { stopAtFirst: false, maxStates: Number(maxStates), reduce },
    byFrames(),
  );
  const { violations, deadlocks, bounded, neverEnds, nodes, edges } = found;
  return {
    found,
    says: JSON.stringify([
      violations.map(({ claim }) => claim).sort(),
      deadlocks > 0,
      bounded > 0,
      found.ends > 0,
      neverEnds !== undefined,
      nodes,
      edges,
    ]),
    ends: [...ends].sort().join(' '),
  };
}

const sums = Object.fromEntries(['exact', ...Object.keys(WAYS)].map((way) => [way, 0]));
const differences = [];
let [cases, tooBig] = [0, 0];
if (asTable)
  console.log(
    `| case | exact | ${Object.keys(WAYS).join(' | ')} |\n|---|${'--:|'.repeat(1 + Object.keys(WAYS).length)}`,
  );
for (const race of races.filter(({ id }) => id.includes(part)))
  for (const arch of arches)
    for (const variant of ['before', 'after']) {
      if (notApplicable(arch, race.scenario) !== undefined) continue;
      // One for all searches: records are numbered as they are first seen.
      const { system } = rig(arch, race.scenario, race[variant]);
      const exact = explore(system, {}, true);
      if (exact.found.outcome !== 'complete') {
        tooBig++;
        continue;
      }
      cases++;
      sums.exact += exact.found.states;
      const name = `${race.id} ${variant} ${arch.id}`;
      const states = Object.entries(WAYS).map(([way, reduce]) => {
        const [looking, plain] = [explore(system, reduce, true), explore(system, reduce, false)];
        if (looking.says !== exact.says || plain.says !== exact.says || looking.ends !== exact.ends)
          differences.push(
            `${name}, ${way}: ${looking.says} and ${plain.says}, exact ${exact.says}${looking.ends === exact.ends ? '' : '; other ends'}`,
          );
        sums[way] += plain.found.states;
        return plain.found.states;
      });
      if (asTable) console.log(`| ${name} | ${exact.found.states} | ${states.join(' | ')} |`);
    }
for (const difference of differences) console.error(difference);
console.log(
  `${asTable ? '\n' : ''}reductions: ${cases} systems compared, states exact ${sums.exact}, ${Object.keys(WAYS)
    .map((way) => `${way} ${sums[way]}`)
    .join(', ')}, ${differences.length} differences (${tooBig} systems above ${maxStates} states left out)`,
);
process.exit(differences.length > 0 ? 1 : 0);
