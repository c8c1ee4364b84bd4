/**
 * Looks after the shape of the workspace: no cycles, no type name twice, API reports and picture up to date.
 *   node tools/structure/check.mjs            says what is wrong and exits with 1 where something is
 *   node tools/structure/check.mjs --renew    writes docs/api and docs/architecture.svg anew
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { architecture } from './architecture.mjs';
import { cycleProblems } from './cycles.mjs';
import { reports, stale } from './faces.mjs';
import { typeNameProblems } from './type-names.mjs';

const AGAIN = '`npm run api` writes it anew';

const api = (root) => reports(root);
const picture = (root) => new Map([[join(root, 'docs', 'architecture.svg'), architecture(root)]]);

const CHECKS = {
  cycles: (root) => cycleProblems(root),
  names: (root) => typeNameProblems(root),
  api: (root) => stale(root, api(root), join(root, 'docs', 'api'), AGAIN),
  picture: (root) => stale(root, picture(root), undefined, AGAIN),
};

/** What is wrong in the workspace at `root`, one text each. `only` names the checks. */
export const problemsOf = (root, only = Object.keys(CHECKS)) => only.flatMap((name) => CHECKS[name](root));

/** Writes what is generated; returns the files, below `root`. */
export function renew(root, only = Object.keys(CHECKS)) {
  const made = [...(only.includes('api') ? api(root) : []), ...(only.includes('picture') ? picture(root) : [])];
  for (const [file, text] of made) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return made.map(([file]) => relative(root, file));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
  if (process.argv.includes('--renew')) for (const file of renew(root)) console.log(file);
  else {
    const problems = problemsOf(root);
    for (const problem of problems) console.error(problem);
    if (problems.length > 0) process.exitCode = 1;
  }
}
