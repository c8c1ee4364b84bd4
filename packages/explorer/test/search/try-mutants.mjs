// Breaks rules of the engine, one after the other, and asks the system that was made for each, or for the rule after an `@`.
// Prints what they say as JSON.
//   node --import ./build/typescript.mjs packages/explorer/test/search/try-mutants.mjs RULE[@RULE]..
import { queryOf } from '../../../../judges/mutate/rules.mjs';

const said = {};
for (const asked of process.argv.slice(2)) {
  const [rule, madeFor = rule] = asked.split('@');
  const { noticed } = await import(`./notice.ts${queryOf(rule)}`);
  try {
    said[rule] = noticed(madeFor) ?? null;
  } catch (error) {
    said[rule] = String(error);
  }
}
console.log(JSON.stringify(said));
