/** The syntax of litmus files: arrays, addresses with displacements, jumps, conditions and filters. Ends computed by hand. */
import { describe, expect, test } from '@jest/globals';
import { litmus, type Answer } from '../src/index.ts';

const endsOf = (text: string): readonly string[] => {
  const answer: Answer = litmus(text, 't');
  if (!('outcome' in answer)) throw new Error(JSON.stringify(answer));
  return answer.outcome.ends.map((end) => Object.values(end).join(' '));
};
const verdictOf = (text: string): string => {
  const answer: Answer = litmus(text, 't');
  return 'outcome' in answer ? answer.outcome.verdict : JSON.stringify(answer);
};
/** What one thread of x86 leaves in the places that are listed. */
const left = (first: string, lines: readonly string[], listed: string, isa = 'X86_64'): string =>
  endsOf(
    `${isa} t\n{ ${first} }\n P0 ;\n${lines.map((line) => ` ${line} ;\n`).join('')}locations [${listed}]\nforall (true)\n`,
  ).join(' | ');

describe('arrays', () => {
  test.each([
    ['int x[2]={1,2};', ['movl x+4,%eax'], '0:rax', '2'],
    ['int x[2]={1,2};', ['movl 4+x(%rip),%eax'], '0:rax', '2'],
    ['int x[2]={1,2};', ['movl x[1],%eax'], '0:rax', '2'],
    ['x={1,2};', ['movl $7,x'], 'x', '7 2'],
    ['uint64_t x[3];', ['movq $7,16(%rax)'], 'x; 0:rax', 'x[0] 0 0 7', '0:rax=x;'],
    ['short x[4]={1,2,3,4};', ['movw (%rax,%rcx,2),%dx'], '0:rdx', '4', '0:rax=x; 0:rcx=3;'],
    ['short x[4]={1,2,3,4};', ['movw -2(%rax),%dx'], '0:rdx', '2', '0:rax=&x[2];'],
    ['int x[2]; int *p=&x[1];', ['movq p,%rax', 'movl $5,(%rax)'], 'x[1]; p', '5 x[1]'],
    ['int x[2];', ['leaq x+4(%rip),%rax', 'movl $5,(%rax)'], 'x', '0 5'],
    ['int x[2];', ['movq $x,%rax', 'movl $5,4(%rax)'], 'x', '0 5'],
  ])('an array: %s %j', (first, lines, listed, ends, more = '') =>
    expect(left(`${first} ${more}`, lines, listed).split(' ').sort()).toEqual(ends.split(' ').sort()),
  );
  test('of Intel', () =>
    expect(
      left('int x[2]={1,2}; 0:EBX=x; 0:ECX=1;', ['MOV EAX,[EBX+ECX*4]', 'MOV DWORD PTR [x],$9'], '0:EAX; x', 'X86'),
    ).toBe('2 9 2'));
  test('a place between two elements is not modelled, nor one behind the last', () => {
    for (const line of ['movl x+2,%eax', 'movl x+8,%eax', 'movl 2(%rbx),%eax'])
      expect(litmus(`X86_64 t\n{ int x[2]; 0:rbx=x; }\n P0 ;\n ${line} ;\nforall (true)\n`, 't')).toHaveProperty(
        'notModelled',
        expect.stringMatching(/no location begins/),
      );
  });
  test('more first values than elements are a mistake', () =>
    expect(() => litmus('X86_64 t\n{ int x[1]={1,2}; }\n P0 ;\n nop ;\nforall (true)\n', 't')).toThrow(
      /1 elements and 2 first values/,
    ));
});

describe('jumps, comparisons and flags', () => {
  const jumped = (compare: string, jump: string, rax: string): string =>
    left(`0:rax=${rax}; 0:rbx=5;`, [compare, `${jump} L0`, 'movq $1,%rcx', 'L0: nop'], '0:rcx');
  test.each([
    ['cmpq $5,%rax', 'je', '5', '0'],
    ['cmpq $5,%rax', 'jne', '5', '1'],
    ['cmpq $5,%rax', 'jl', '-1', '0'],
    ['cmpq $5,%rax', 'jb', '-1', '1'],
    ['cmpq $5,%rax', 'ja', '-1', '0'],
    ['cmpl $5,%eax', 'jg', '6', '0'],
    ['testq %rax,%rax', 'jz', '0', '0'],
    ['testq %rax,%rax', 'js', '-1', '0'],
    ['subq $5,%rax', 'jz', '5', '0'],
    ['addq $-5,%rax', 'jz', '5', '0'],
    ['decq %rax', 'jns', '0', '1'],
    ['negq %rax', 'jc', '0', '1'],
  ])('%s, then %s, of %s', (compare, jump, rax, rcx) => expect(jumped(compare, jump, rax)).toBe(rcx));
  test('what a jump passes over is not run; what it does not pass over is', () =>
    expect(
      endsOf(
        'X86_64 t\n{ }\n P0 | P1 ;\n movl $1,(x) | movl (x),%eax ;\n | test %eax,%eax ;\n | je .L ;\n | movl $1,(y) ;\n | .L: ;\nexists (1:rax=1 /\\ y=1)\n',
      ),
    ).toEqual(['0 0', '1 1']));
  test('a locked update whose flags are looked at observes what was there', () =>
    expect(
      endsOf(
        'X86_64 t\n{ int x=2; }\n P0 | P1 ;\n lock decl (x) | lock decl (x) ;\n sete %al | setz %al ;\nexists (0:al=1)\n',
      ),
    ).toEqual(['0', '1']));
  test('cmov takes the value or leaves it', () =>
    expect(left('0:rax=1; 0:rbx=2;', ['cmp %rax,%rbx', 'cmovg %rbx,%rcx', 'cmovle %rax,%rdx'], '0:rcx; 0:rdx')).toBe(
      '2 0',
    ));
  test('a jump back is not modelled', () =>
    expect(litmus('X86_64 t\n{ }\n P0 ;\n L: movl (x),%eax ;\n jmp L ;\nforall (true)\n', 't')).toHaveProperty(
      'notModelled',
    ));
});

describe('conditions', () => {
  const sb = (end: string): string =>
    `X86 t\n{ x=0; y=0; };\n P0 | P1 ;\n MOV [x],$1 | MOV [y],$1 ;\n MOV EAX,[y] | MOV EAX,[x] ;\n${end}\n`;
  test.each([
    ['exists (P0:EAX=0 /\\ P1:EAX=0);', 'Allowed'],
    ['not exists (0:EAX=2)', 'Forbidden'],
    ['exists (0:EAX!=0 /\\ 0:EAX!=1)', 'Forbidden'],
    ['forall (0:EAX=0 \\/ 0:EAX<>0)', 'Required'],
    ['forall (0:EAX=0 => 1:EAX=1)', 'NotRequired'],
    ['forall (true)', 'Required'],
    ['exists (false)', 'Forbidden'],
    ['locations [0:EAX;];', 'Required'],
    ['filter (0:EAX=1)\nforall (0:EAX=1)', 'Required'],
    ['filter (0:EAX=1)\nexists (0:EAX=0)', 'Forbidden'],
  ])('%s is %s', (end, verdict) => expect(verdictOf(sb(end))).toBe(verdict));
  test('places that only the filter speaks of are not shown', () =>
    expect(endsOf(sb('filter (0:EAX=0)\nexists (1:EAX=0)'))).toEqual(['0', '1']));
});
