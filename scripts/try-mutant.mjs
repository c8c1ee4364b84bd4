// How many random systems until a mistake is noticed? Started by mutants.mjs. Prints a line of JSON for each rule of the reductions that
// is left out, or one for the mistake that MUTATION makes.
//   [MUTATION=..] node --import ./scripts/typescript.mjs scripts/try-mutant.mjs HOW_MANY SEED [RULE..]
const [howMany, seed] = [Number(process.argv[2]), Number(process.argv[3])];
const { REDUCTIONS } = await import('../packages/core/test/explore/agree.ts');
const { FAMILIES, tryOut } = await import('../packages/core/test/explore/families.ts');
const plain = { ...REDUCTIONS };

function attempt() {
  let tried = 0;
  // The quick ones first.
  for (const family of [...FAMILIES].reverse()) {
    let found;
    try {
      found = tryOut(family, Math.max(10, Math.ceil(howMany * family.share)), seed, 250, false);
    } catch (error) {
      found = { tried: 1, failure: String(error) };
    }
    tried += found.tried;
    if (found.failure !== undefined) return { killer: family.name, tried, why: found.failure.split('\n')[0].slice(0, 200) };
  }
  return { tried };
}

const rules = process.argv.slice(4);
for (const rule of rules) {
  for (const [name, reduce] of Object.entries(plain)) REDUCTIONS[name] = { ...reduce, mutate: [rule] };
  console.log(JSON.stringify({ mutant: rule, ...attempt() }));
}
if (rules.length === 0) console.log(JSON.stringify(attempt()));
