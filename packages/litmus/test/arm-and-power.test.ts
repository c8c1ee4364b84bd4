/** Instructions of AArch64 and POWER, one story each; orders are judged beside the axioms in order-random.test.ts and order-tables.test.ts. */
import { describe, expect, test } from '@jest/globals';
import { litmus, type Answer } from '../src/index.ts';

type Columns = readonly (readonly string[])[];
const source = (isa: string, first: string, columns: Columns, condition: string): string => {
  const rows = Array.from({ length: Math.max(...columns.map((lines) => lines.length)) }, (_, i) => i);
  return [
    `${isa} t`,
    `{ ${first} }`,
    ` ${columns.map((_, i) => `P${i}`).join(' | ')} ;`,
    ...rows.map((i) => ` ${columns.map((lines) => lines[i] ?? '').join(' | ')} ;`),
    condition,
    '',
  ].join('\n');
};
const verdictOf = (answer: Answer): string =>
  'outcome' in answer
    ? `${answer.outcome.verdict}${answer.outcome.complete ? '' : ' so far'}`
    : `not modelled: ${'notModelled' in answer ? answer.notModelled : ''}`;
const twice = (lines: readonly string[]): Columns => [lines, lines];
const arm = (first: string, columns: Columns, condition: string): string =>
  verdictOf(litmus(source('AArch64', first, columns, condition), 't'));
const ppc = (first: string, columns: Columns, condition: string): string =>
  verdictOf(litmus(source('PPC', first, columns, condition), 't'));

describe('AArch64', () => {
  test.each([
    [
      'moves and shifts',
      '0:X1=x;',
      ['MOVZ X2,#1,LSL #16', 'MOVK X2,#5', 'LSR X3,X2,#16', 'MVN W7,W3', 'SXTW X4,W7'],
      '0:X2=65541 /\\ 0:X3=1 /\\ 0:X7=0xfffffffe /\\ 0:X4=-2',
    ],
    [
      'second operands',
      '0:X2=12; 0:X3=3;',
      ['ADD X5,X2,W3,UXTW #2', 'BIC X6,X2,#4', 'SUB W7,W3,W2', 'EOR W8,W2,W3'],
      '0:X5=24 /\\ 0:X6=8 /\\ 0:X7=0xfffffff7 /\\ 0:X8=15',
    ],
    [
      'conditions',
      '0:X2=5;',
      [
        'CMP W2,#5',
        'CSINC W3,W2,W2,NE',
        'CSET W4,EQ',
        'CINC W6,W2,EQ',
        'TST W2,#4',
        'CSET W7,NE',
        'B.GT L',
        'MOV W8,#9',
        'L:',
      ],
      '0:X3=6 /\\ 0:X4=1 /\\ 0:X6=6 /\\ 0:X7=1 /\\ 0:X8=0',
    ],
    [
      'bits decide a branch',
      '0:X2=5;',
      ['TBZ X2,#1,L', 'MOV W3,#1', 'L: TBNZ X2,#2,M', 'MOV W4,#1', 'M:'],
      '0:X3=0 /\\ 0:X4=0',
    ],
    ['what is computed behind the last access is seen', 'x=3; 0:X1=x;', ['LDR W2,[X1]', 'ADD W3,W2,#1'], '0:X3=4'],
    [
      'bytes with a sign',
      'uint8_t x=255; 0:X1=x;',
      ['LDRSB W2,[X1]', 'LDRB W3,[X1]', 'LDRSB X4,[X1]'],
      '0:X2=0xffffffff /\\ 0:X3=255 /\\ 0:X4=-1',
    ],
    [
      'pairs',
      'uint64_t x[2]={1,2}; 0:X1=x;',
      ['LDP X2,X3,[X1]', 'STP X3,X2,[X1]'],
      '0:X2=1 /\\ 0:X3=2 /\\ x[0]=2 /\\ x[1]=1',
    ],
    [
      'bases that move',
      'int x[2]={1,2}; 0:X1=x;',
      ['LDR W2,[X1],#4', 'LDR W3,[X1]', 'LDR W4,[X1,#-4]!', 'LDUR W5,[X1,#4]'],
      '0:X2=1 /\\ 0:X3=2 /\\ 0:X4=1 /\\ 0:X5=2',
    ],
    ['pointers', 'int *p=x; int x=7; 0:X1=p;', ['LDR X2,[X1]', 'LDR W3,[X2]'], '0:X3=7'],
    ['pointers are swapped', 'int *p=x; x=3; 0:X1=p; 0:X2=y;', ['SWPAL X2,X3,[X1]', 'LDR W4,[X3]'], '0:X4=3 /\\ p=y'],
    [
      'atomic operations',
      'x=1; 0:X1=x; 0:X2=6;',
      [
        'LDSETAL W2,W3,[X1]',
        'LDCLR W3,W4,[X1]',
        'LDEOR W2,W5,[X1]',
        'LDSMAX W2,W6,[X1]',
        'STADDL W2,[X1]',
        'LDUMIN W2,W7,[X1]',
      ],
      '0:X3=1 /\\ 0:X4=7 /\\ 0:X5=6 /\\ 0:X6=0 /\\ 0:X7=12 /\\ x=6',
    ],
    [
      'compare and swap',
      'x=1; 0:X1=x; 0:X2=1; 0:X3=2; 0:X4=1;',
      ['CAS W2,W3,[X1]', 'CASAL W4,W3,[X1]'],
      '0:X2=1 /\\ 0:X4=2 /\\ x=2',
    ],
    ['registers without a number', 'x=1; 0:X%a=x;', ['LDR W%b,[X%a]'], '0:X%b=1'],
  ])('%s', (_what, first, lines, condition) => expect(arm(first, [lines], `forall (${condition})`)).toBe('Required'));

  const increment = ['L: LDXR W0,[X1]', 'ADD W0,W0,#1', 'STXR W2,W0,[X1]', 'CBNZ W2,L'];
  test('an exclusive pair loses no increment', () =>
    expect(arm('0:X1=x; 1:X1=x;', twice(increment), 'forall x=2')).toBe('Required'));
  test('a load and a store do', () =>
    expect(arm('0:X1=x; 1:X1=x;', twice(['LDR W0,[X1]', 'ADD W0,W0,#1', 'STR W0,[X1]']), 'forall x=2')).toBe(
      'NotRequired',
    ));
  const wait = (load: string): string =>
    arm(
      '0:X1=x; 0:X3=y; 1:X1=y; 1:X3=x;',
      [
        ['MOV W0,#1', 'STR W0,[X1]', 'STLR W0,[X3]'],
        ['L:', `${load} W0,[X1]`, 'CBZ W0,L', 'LDR W2,[X3]'],
      ],
      'exists 1:X2=0',
    );
  test('whoever waits in a loop needs an acquire', () =>
    expect([wait('LDAR'), wait('LDR')]).toEqual(['Forbidden', 'Allowed']));
  test('an acquire on the zero register of an atomic operation is none', () => {
    const passing = (to: string): string =>
      arm(
        '0:X1=x; 0:X3=y; 1:X1=y; 1:X3=x;',
        [
          ['MOV W0,#1', 'STR W0,[X1]', 'STLR W0,[X3]'],
          ['MOV W5,#2', `SWPA W5,${to},[X1]`, 'LDR W2,[X3]'],
        ],
        'exists (y=2 /\\ 1:X2=0)',
      );
    // Where y ends as 2 the swap has read 1.
    expect([passing('W6'), passing('WZR')]).toEqual(['Forbidden', 'Allowed']);
  });
  test('a loop that stores is followed for some rounds, and said to be cut', () => {
    const lines = ['L: LDR W0,[X1]', 'ADD W2,W2,#1', 'STR W2,[X3]', 'CBZ W0,L'];
    const columns = [lines, ['MOV W0,#1', 'STR W0,[X1]']];
    expect(arm('0:X1=x; 0:X3=y; 1:X1=x;', columns, 'exists y=2')).toBe('Allowed so far');
    expect(arm('0:X1=x; 0:X3=y; 1:X1=x;', columns, 'exists y=0')).toBe('Unknown so far');
  });
  test('a loop that counts', () => {
    const lines = ['L: LDR W0,[X1]', 'ADD W2,W2,#1', 'CBZ W0,L'];
    expect(arm('0:X1=x; 1:X1=x;', [lines, ['MOV W0,#1', 'STR W0,[X1]']], 'exists 0:X2=0')).toBe('Unknown so far');
  });
});

describe('POWER', () => {
  test.each([
    [
      'arithmetic',
      '0:r1=6; 0:r2=3;',
      ['add r3,r1,r2', 'subf r4,r2,r1', 'xor r5,r1,r2', 'mulli r6,r1,7', 'neg r7,r1'],
      '0:r3=9 /\\ 0:r4=3 /\\ 0:r5=5 /\\ 0:r6=42 /\\ 0:r7=-6',
    ],
    [
      'branches on any field',
      '0:r1=6;',
      ['cmpwi cr3,r1,7', 'blt cr3,L', 'li r2,1', 'L: andi. r3,r1,8', 'beq M', 'li r4,1', 'M:'],
      '0:r2=0 /\\ 0:r3=0 /\\ 0:r4=0',
    ],
    [
      'words of every width',
      'uint64_t x=5; uint8_t y=255; 0:r1=x; 0:r2=y;',
      ['ld r3,0(r1)', 'lbz r4,0(r2)', 'lbzx r5,r0,r2'],
      '0:r3=5 /\\ 0:r4=255 /\\ 0:r5=255',
    ],
    ['bases that move', 'int x[2]={1,2}; 0:r1=x;', ['lwzu r2,4(r1)', 'stwu r2,-4(r1)'], '0:r2=2 /\\ x[0]=2'],
    ['registers without a number', 'x=1; %a=x;', ['lwz r2,0(%a)'], '0:r2=1'],
  ])('%s', (_what, first, lines, condition) => expect(ppc(first, [lines], `forall (${condition})`)).toBe('Required'));
  test('a reservation loses no increment', () =>
    expect(
      ppc('0:r1=x; 1:r1=x;', twice(['L: lwarx r4,r0,r1', 'addi r4,r4,1', 'stwcx. r4,r0,r1', 'bne L']), 'forall x=2'),
    ).toBe('Required'));
  test('a lock needs an isync behind it', () => {
    const locked = (barrier: readonly string[]): string =>
      ppc(
        '0:r1=l; 0:r3=x; 1:r1=l; 1:r3=x;',
        [
          ['li r4,1', 'stw r4,0(r3)', 'lwsync', 'stw r4,0(r1)'],
          ['lwarx r4,r0,r1', 'stwcx. r4,r0,r1', 'bne L', ...barrier, 'lwz r6,0(r3)', 'li r7,1', 'L:'],
        ],
        'exists (1:r4=1 /\\ 1:r7=1 /\\ 1:r6=0)',
      );
    expect([locked([]), locked(['isync'])]).toEqual(['Allowed', 'Forbidden']);
  });
  test.each(['sync', 'hwsync', 'ptesync', 'sync 0'])('%s keeps a store before a load', (barrier) =>
    expect(
      ppc(
        '0:r1=x; 0:r2=y; 1:r1=x; 1:r2=y;',
        [
          ['li r3,1', 'stw r3,0(r1)', barrier, 'lwz r4,0(r2)'],
          ['li r3,1', 'stw r3,0(r2)', barrier, 'lwz r4,0(r1)'],
        ],
        'exists (0:r4=0 /\\ 1:r4=0)',
      ),
    ).toBe('Forbidden'),
  );
});

describe('what is not modelled is said', () => {
  test.each([
    ['page tables', '[PTE(x)]=(oa:PA(x)); 0:X1=x;', 'LDR W0,[X1]', /cannot|not modelled/],
    ['parts of a word', '0:X1=x; 0:X2=1;', 'STR W2,[X1] | ; LDRB W3,[X1]', /parts of a word/],
    ['a part of an address', 'int *p=x; 0:X1=p;', 'LDR X2,[X1] | ; ADD W3,W2,#1', /a part of the address of x/],
    ['no address', 'x=0;', 'LDR W0,[X1]', /where no location is/],
    ['beyond the end', 'int x[2]={1,2}; 0:X1=x;', 'LDR W0,[X1,#8]', /beyond its end/],
    ['system instructions', '0:X1=x;', 'MRS X1,NZCV', /the instruction MRS/],
    ['an order that other CPUs need not see', '0:X1=x;', 'DMB NSH', /need not see/],
    ['a variant', '0:X1=x;', 'NOP', undefined],
  ])('%s', (what, first, lines, reason) => {
    const text = source('AArch64', first, [lines.split('| ;')], 'exists x=0');
    const answer = litmus(what === 'a variant' ? text.replace('\n', '\nVariant=memtag\n') : text, 't');
    expect(answer).toMatchObject({
      notModelled: reason ? expect.stringMatching(reason) : expect.stringContaining('variant'),
    });
  });
  test.each([
    ['an instruction', 'LDRR W0,[X1]', /"LDRR W0,\[X1\]": no instruction that is known of AArch64/],
    ['a register', 'LDR W45,[X1]', /W45 is no register/],
    ['a label', 'B L', /there is no label L in P0/],
    ['an address', 'LDR W0,X1', /X1 is no address/],
  ])('what nobody knows is a mistake: %s', (_what, line, message) =>
    expect(() => litmus(source('AArch64', '0:X1=x;', [[line]], 'exists x=0'), 't')).toThrow(message),
  );
});
