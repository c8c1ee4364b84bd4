/** Prints what `ask` finds out. */
import { ask } from './ask.ts';

for (const line of await ask('collapse-vs-gup-fast')) console.log(line);
