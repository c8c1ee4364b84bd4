// Makes one mistake in the engine after the other, and tries random systems until one comes out differently. Prints a table.
// Exit code 1 when one is not noticed that is not on the list of those that tests notice elsewhere, or that do not matter.
//   node scripts/mutants.mjs [HOW_MANY] [SEED] [part of a mutant's name]
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { MUTANTS } from '../packages/core/dist/testing.js';
import { ENGINE_MUTANTS } from './engine-mutants.mjs';
import { ELSEWHERE } from './mutants-elsewhere.mjs';

const [howMany, seed, part] = [Number(process.argv[2] ?? 1000), Number(process.argv[3] ?? 1), process.argv[4] ?? ''];
const flags = ['--disable-warning=ExperimentalWarning', '--import', './scripts/typescript.mjs', 'scripts/try-mutant.mjs', String(howMany), String(seed)];
const sums = { noticed: 0, elsewhere: 0, missed: 0 };

function tell({ mutant, killer, tried, why }) {
  sums[killer ? 'noticed' : ELSEWHERE[mutant] ? 'elsewhere' : 'missed']++;
  console.log(`${mutant.padEnd(46)} ${killer ? `${killer}, system ${tried}` : (ELSEWHERE[mutant] ?? `NOT NOTICED in ${tried} systems`)}`);
  if (process.env.WHY && why) console.log(`    ${why}`);
}

/** Hands on each line of JSON that is printed. */
async function attempt(rules, mutation, told) {
  const child = spawn(process.execPath, [...flags, ...rules], { env: { ...process.env, ...(mutation && { MUTATION: JSON.stringify(mutation) }) }, stdio: ['ignore', 'pipe', 'ignore'] });
  const limit = setTimeout(() => child.kill(), 300_000 * Math.max(1, rules.length));
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) { lines++; told(JSON.parse(line)); }
  clearTimeout(limit);
  if (lines === 0) told({ killer: 'it does not come to an end', tried: 1 });
}

const rules = MUTANTS.filter((mutant) => mutant.includes(part));
if (rules.length > 0) await attempt(rules, undefined, tell);
for (const { mutant, ...mutation } of ENGINE_MUTANTS) if (mutant.includes(part)) await attempt([], mutation, (found) => tell({ mutant, ...found }));
console.log(`mutants: ${sums.noticed + sums.elsewhere + sums.missed}, ${sums.noticed} noticed on random systems, ${sums.elsewhere} elsewhere, ${sums.missed} missed (seed ${seed}, up to ${howMany} systems each)`);
process.exit(sums.missed > 0 ? 1 : 0);
