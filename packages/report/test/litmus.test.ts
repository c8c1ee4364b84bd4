/** Outcomes of litmus tests in the form of herd7, and how many agree with a reference. */
import { expect, test } from '@jest/globals';
import { text, type LitmusAnswer } from '../src/index.ts';

const options = { columns: 100, colour: false, version: '' };
const ran: LitmusAnswer = {
  file: 'sb.litmus',
  isa: 'X86_64',
  outcome: {
    name: 'sb',
    isa: 'X86_64',
    memory: 'tso',
    verdict: 'Allowed',
    holds: true,
    condition: 'exists (0:rax=0)',
    ends: [{ '0:rax': '0' }, { '0:rax': '1' }],
    witnesses: 1,
    states: 12,
    complete: true,
  },
};
const say = (answers: readonly LitmusAnswer[], compared: boolean): string =>
  text.say({ schemaVersion: 1, kind: 'litmus', answers, compared }, options);

test('one test', () => {
  expect(say([ran], false)).toBe(`Test sb Allowed
States 2
0:rax=0;
0:rax=1;
Ok
Witnesses
Positive: 1 Negative: 1
Condition exists (0:rax=0)
Observation sb Sometimes 1 1
Explored 12 states under TSO
`);
});

test('many beside a reference', () => {
  const said = say(
    [
      { ...ran, agreement: 'equal' },
      { ...ran, file: 'mp.litmus', agreement: 'false alarm' },
      { file: 'a.litmus', isa: 'PPC', notModelled: 'nobody did it', agreement: 'not modelled' },
    ],
    true,
  );
  expect(said)
    .toBe(`instructions  tests  equal  stronger  unsound  false alarm  ends differ  bound  not read  not modelled
------------  -----  -----  --------  -------  -----------  -----------  -----  --------  ------------
X86_64        2      1      0         0        1            0            0      0         0
PPC           1      0      0         0        0            0            0      0         1
false alarm: mp.litmus (Allowed here)
  not modelled: PPC: nobody did it
`);
});
