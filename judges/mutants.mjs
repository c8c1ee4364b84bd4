// Makes one mistake in the engine after the other, and tries random systems until one comes out differently. Prints a table, and writes
// what noticed each mistake into mutants.json. Exit code 1 when one is not noticed that is not on the list of those that do not matter.
//   node judges/mutants.mjs [HOW_MANY] [SEED] [part of a mutant's name]
//   node judges/mutants.mjs --quick [part of a mutant's name]    tries only what mutants.json says, and fails when it notices nothing
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ENGINE_MUTANTS } from './engine-mutants.mjs';
import { UNNOTICED } from './mutants-unnoticed.mjs';

const RECORD = new URL('mutants.json', import.meta.url);
const FLAGS = ['--disable-warning=ExperimentalWarning', '--import', './build/typescript.mjs', 'judges/try-mutant.mjs'];
/** Of each mistake; what came to no end was noticed too. */
const LONGEST = 600_000;

const quick = process.argv.includes('--quick');
const words = process.argv.slice(2).filter((word) => word !== '--quick');
const [howMany, seed, part] = quick ? ['', '', words[0] ?? ''] : [words[0] ?? '400', words[1] ?? '1', words[2] ?? ''];
const known = ENGINE_MUTANTS.map(({ mutant }) => mutant);
const names = known.filter((mutant) => mutant.includes(part));
const record = JSON.parse(readFileSync(RECORD, 'utf8'));

/** Hands on each line of JSON that is printed about these mutants. */
async function attempt(mutants, how, told) {
  const child = spawn(process.execPath, [...FLAGS, ...how, ...mutants], { stdio: ['ignore', 'pipe', 'inherit'] });
  const missing = new Set(mutants);
  const ended = new Promise((resolve) => void child.on('exit', (code, signal) => resolve(code ?? signal)));
  let late = false;
  const limit = setTimeout(() => (late = child.kill()), LONGEST * mutants.length);
  for await (const line of createInterface({ input: child.stdout })) {
    const found = JSON.parse(line);
    missing.delete(found.mutant);
    told(found);
  }
  clearTimeout(limit);
  const code = await ended;
  for (const mutant of missing) told(late ? { mutant, late } : { mutant, failure: `its process ended with ${code}` });
}

const tell = (mutant, what, why) => {
  console.log(`${mutant.padEnd(46)} ${what}`);
  if (process.env.WHY && why) console.log(`    ${why.split('\n')[0].slice(0, 200)}`);
};
const where = (killer) =>
  killer === 'made for it'
    ? 'the system made for it'
    : `${killer.family}, number ${Number(killer.path.split(':')[0]) + 1} of seed ${killer.seed}`;
const sum = (test) => names.filter((mutant) => test(record[mutant])).length;

/** A mistake whose text is not there is not made. */
function mustBeThere() {
  const edits = ENGINE_MUTANTS.flatMap(({ mutant, edits }) => edits.map((edit) => ({ mutant, ...edit })));
  for (const { mutant, file, from } of edits) {
    const times = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8').split(from).length - 1;
    if (times === 1) continue;
    console.error(
      `mutants: ${mutant}: ${file} has the text it changes ${times} times instead of once:\n  ${from}\nThe engine was changed: say in judges/engine-mutants.mjs what the mistake is now.`,
    );
    process.exit(2);
  }
}

/** Mistakes in order, what noticed each in a line. */
function writeRecord() {
  const lines = known
    .filter((mutant) => record[mutant])
    .map((mutant) => `  ${JSON.stringify(mutant)}: ${JSON.stringify(record[mutant])}`);
  writeFileSync(RECORD, `{\n${lines.join(',\n')}\n}\n`);
}

async function searchAll() {
  let missed = 0;
  const told = ({ mutant, killer, tried, why, failure, late }) => {
    delete record[mutant];
    if (killer) record[mutant] = killer;
    if (late) record[mutant] = 'it does not come to an end';
    writeRecord();
    if (!killer && !late && (failure !== undefined || !UNNOTICED[mutant])) missed++;
    tell(
      mutant,
      killer
        ? where(killer)
        : late
          ? 'it does not come to an end'
          : failure
            ? `NOT TRIED: ${failure}`
            : (UNNOTICED[mutant] ?? `NOT NOTICED in ${tried} systems`),
      why,
    );
  };
  for (const mutant of names) await attempt([mutant], ['search', howMany, seed], told);
  const made = sum((killer) => killer === 'made for it');
  const random = sum((killer) => killer !== undefined) - made;
  console.log(
    `mutants: ${names.length}, ${random} noticed on random systems, ${made} on systems made for them, ${names.length - random - made - missed} do not matter, ${missed} missed (seed ${seed}, up to ${howMany} systems each)`,
  );
  return missed;
}

async function searchAgain() {
  const tried = names.filter((mutant) => record[mutant] && record[mutant] !== 'it does not come to an end');
  const wrong = names.filter((mutant) => !record[mutant] && !UNNOTICED[mutant]);
  for (const mutant of wrong) tell(mutant, 'NOT TRIED: mutants.json does not know it; run node judges/mutants.mjs');
  await attempt(tried, ['again'], ({ mutant, why, before, failure, late }) => {
    if (why && !before) return;
    wrong.push(mutant);
    const what =
      failure ??
      (late
        ? 'it did not come to an end'
        : before
          ? `it differs without the mistake: ${before}`
          : 'what noticed it notices nothing now; run node judges/mutants.mjs');
    tell(mutant, `NOT NOTICED by ${where(record[mutant])}: ${what}`);
  });
  console.log(`mutants: ${tried.length} made again, ${wrong.length} not noticed any more`);
  return wrong.length;
}

mustBeThere();
process.exit((await (quick ? searchAgain() : searchAll())) > 0 ? 1 : 0);
