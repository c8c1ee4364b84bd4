// Tries random small systems: each reduction alone and all together against the unreduced search, and that against live code. They must
// agree on broken claims, deadlocks, ends that are never reached, the code that is reached, and what each end leaves in the cells.
//   node --import ./build/typescript.mjs judges/compare-random.mjs [HOW_MANY] [SEED] [MAX_STATES]
const { FAMILIES, tryOut } = await import('../packages/core/test/search/families.ts');

const howMany = Number(process.argv[2] ?? 2000);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
const mostStates = Number(process.argv[4] ?? 250);
let [tried, failed] = [0, 0];
for (const family of FAMILIES) {
  const started = performance.now();
  const found = tryOut(family, Math.ceil(howMany * family.share), seed, mostStates);
  tried += found.tried;
  console.log(
    `${family.name.padEnd(28)} ${String(found.tried).padStart(7)} systems, seed ${seed}, ${((performance.now() - started) / 1000).toFixed(0)} s`,
  );
  if (found.failure === undefined) continue;
  failed++;
  console.error(`${family.name}, seed ${seed}: ${found.failure}`);
}
console.log(
  `random systems: ${tried} compared, ${failed} families with a difference (seed ${seed}, up to ${mostStates} states each)`,
);
process.exit(failed > 0 ? 1 : 0);
