// Mistakes that a few hundred random systems do not show: where they are noticed, or why they do not matter.
const SHOWN = 'its system in mutants.test.ts';
const COUNTED = 'numbers of states in mutants.test.ts: fewer states count as one';
export const ELSEWHERE = {
  'adds of two kinds meet': SHOWN,
  'locks alone hold up': SHOWN,
  'adds do not open locks': SHOWN,
  'values are mapped': COUNTED,
  'observed values are mapped': COUNTED,
  'images know alike': 'no system is known that needs it, and no proof without it',
  'the first gate is blamed for any': 'reductions.test.ts: of two gates the closed one',
};
