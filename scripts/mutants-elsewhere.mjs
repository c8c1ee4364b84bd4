// Mistakes that a few hundred random systems do not show: where they are noticed, or why they do not matter.
const SHOWN = 'its system in mutants.test.ts';
const COUNTED = 'numbers of states in mutants.test.ts: other states count as one';
const FULL = 'does not matter, unless two states share a fingerprint of 64 bits';
export const ELSEWHERE = {
  'adds of two kinds meet': SHOWN,
  'locks alone hold up': SHOWN,
  'adds do not open locks': SHOWN,
  'finals make news': SHOWN,
  'daemons start again': SHOWN,
  'closed gates need writers': SHOWN,
  'choosing reads': SHOWN,
  'what claims about ends read is no news': 'the system of finals make news in mutants.test.ts',
  'whoever waits for a cell takes it as a lock': 'does not matter: what is concluded holds for every wait for one cell alone',
  'values are mapped': COUNTED,
  'observed values are mapped': COUNTED,
  'the first set is taken': 'does not matter: every set will do, a smaller one is cheaper',
  'images know alike': 'no system is known that needs it, and no proof without it',
  'the first gate is blamed for any': 'reductions.test.ts: of two gates the closed one',
  'states that were merged are judged once': 'reductions.test.ts: on every way into a state that stands for several',
  'those who gave up go on': 'counted.test.ts: a process that gives up',
  'the first schedule is the shortest': 'findings.test.ts: a claim that is judged at a step and at an end',
  'fingerprints are enough': FULL,
  'equal is equal nodes': FULL,
  'half of a fingerprint is enough to look': 'does not matter: what is found so is compared in full',
  'likeness is equal nodes': FULL,
  'images of the other are not looked for': COUNTED,
  'processes stay where they are': COUNTED,
  'cells stay where they are': 'mutants.test.ts: processes and their cells change places together',
  'columns leave their cells behind': 'mutants.test.ts: processes and their cells change places together',
  'a table that grows forgets': 'packing.test.ts: things with one fingerprint, also after growing',
};
