// Breaks rules of the engine, one after the other, and asks the system that was made for each; prints what they say as JSON.
//   node --import ./build/typescript.mjs packages/explorer/test/search/try-mutants.mjs RULE..
const said = {};
for (const rule of process.argv.slice(2)) {
  const { noticed } = await import(`./notice.ts?mutant=${encodeURIComponent(rule)}`);
  said[rule] = noticed(rule) ?? null;
}
console.log(JSON.stringify(said));
