// Explores every built-in race on every architecture, before its fix and after, with local states told by frames and by history,
// and compares all that must not depend on it: broken claims with the steps to them, deadlocks, what each end left in the cells.
// Prints what was compared; exit code 1 on a difference.
//   node judges/compare-identity.mjs [MAX_STATES]
import { built } from '../build/lib/built.mjs';
import { arches as archs, races } from '../build/lib/config.mjs';

const { byFrames, byHistory, exploreSync, notApplicable, rig } = await built('core/dist/testing.js');

const maxStates = Number(process.argv[2] ?? 400_000);

function look(arch, race, variant, identity) {
  const { system } = rig(arch, race.scenario, race[variant]);
  const ends = new Set();
  const cells = Array.from({ length: system.cellCount }, (_, cell) => cell);
  const note = {
    claim: '~ends are noted',
    on: 'violation',
    holds: (store) => (ends.add(cells.map((cell) => store.get(cell)).join()), true),
  };
  const found = exploreSync(
    { ...system, finals: [...system.finals, note] },
    { stopAtFirst: false, maxStates },
    identity,
  );
  const violated = found.violations.map(({ claim, depth }) => [claim, depth]).sort();
  const tally = found.tally.map(({ claim, held, failed }) => [claim, held > 0, failed > 0]).sort();
  const reached = found.reached.map(({ where, kind }) => `${where.join('>')} ${kind}`).sort();
  return {
    found,
    same: JSON.stringify([
      violated,
      tally,
      found.deadlock?.schedule.length,
      found.bounded > 0,
      [...ends].sort(),
      reached,
    ]),
  };
}

const sum = { compared: 0, history: 0, frames: 0, tooBig: 0 };
const wrong = [];
const problems = new Set();
for (const race of races)
  for (const arch of archs)
    for (const variant of ['before', 'after']) {
      if (notApplicable(arch, race.scenario) !== undefined) continue;
      const identity = byFrames();
      const frames = look(arch, race, variant, identity);
      for (const problem of identity.problems) problems.add(problem);
      const history = look(arch, race, variant, byHistory);
      const line = `${race.id.padEnd(40)} ${arch.id.padEnd(18)} ${variant.padEnd(6)} ${String(history.found.states).padStart(8)} ${String(frames.found.states).padStart(8)} ${(history.found.states / frames.found.states).toFixed(1).padStart(5)}x  ${history.found.seconds.toFixed(2)} s, ${frames.found.seconds.toFixed(2)} s`;
      if (history.found.outcome !== 'complete') {
        sum.tooBig++;
        console.log(`${line}  above the bound`);
        continue;
      }
      sum.compared++;
      sum.history += history.found.states;
      sum.frames += frames.found.states;
      if (history.same !== frames.same) wrong.push(line);
      console.log(`${line}${history.same === frames.same ? '' : '  DIFFERENT'}`);
    }
for (const problem of problems) console.error(`told by history: ${problem}`);
console.log(
  `history against frames: ${sum.compared} systems compared, ${sum.history} states against ${sum.frames}, ${wrong.length} differences (${sum.tooBig} above ${maxStates} states left out)`,
);
process.exit(wrong.length > 0 || problems.size > 0 ? 1 : 0);
