// Notices mistakes in the engine, each named as in engine-mutants.mjs. Started by mutants.mjs; prints a line of JSON each.
//   node --import ./build/typescript.mjs judges/try-mutant.mjs search HOW_MANY SEED NAME..   the first random system that notices it
//   node --import ./build/typescript.mjs judges/try-mutant.mjs again NAME..                  does what noticed it before notice it again?
import { readFileSync } from 'node:fs';

const KILLERS = '../packages/core/test/search/killers.ts';
const plain = await import(KILLERS);
const [how, ...args] = process.argv.slice(2);
const recorded = how === 'again' && JSON.parse(readFileSync(new URL('mutants.json', import.meta.url), 'utf8'));

function again(engine, mutant) {
  const killer = recorded[mutant];
  const before = plain.noticed(mutant, killer);
  return { why: engine.noticed(mutant, killer), ...(before && { before }) };
}

for (const mutant of how === 'again' ? args : args.slice(2)) {
  let found;
  try {
    const engine = await import(`${KILLERS}?mutant=${encodeURIComponent(mutant)}`);
    found = how === 'again' ? again(engine, mutant) : engine.findKiller(mutant, Number(args[0]), Number(args[1]));
  } catch (error) {
    found = { tried: 0, failure: String(error?.stack ?? error) };
  }
  console.log(JSON.stringify({ mutant, ...found }));
}
