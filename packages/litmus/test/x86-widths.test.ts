/** Words of x86 have the width that their instruction says; what the machine cannot do is said. Answers computed by hand. */
import { describe, expect, test } from '@jest/globals';
import { litmus, type Answer } from '../src/index.ts';

/** What one thread leaves behind. Undefined: the test has no outcome. */
function left(
  lines: readonly string[],
  places: string,
  first = '',
  isa = 'X86_64',
): Readonly<Record<string, string>> | undefined {
  const answer = litmus(
    `${isa} t\n{ ${first} }\n P0 ;\n${lines.map((line) => ` ${line} ;\n`).join('')}locations [${places}]\nexists (${places.split(';')[0]}=0)\n`,
    't',
  );
  if (!('outcome' in answer)) return undefined;
  expect(answer.outcome.ends).toHaveLength(1);
  return answer.outcome.ends[0];
}
const RAX = '0:rax=0x1122334455667788;';

test.each([
  ['movb $1,%al', '0x1122334455667701'],
  ['movb $1,%ah', '0x1122334455660188'],
  ['movw $1,%ax', '0x1122334455660001'],
  ['movl $1,%eax', '0x1'],
  ['movq $1,%rax', '0x1'],
  ['movl $-1,%eax', '0xffffffff'],
  ['movq $-1,%rax', '0xffffffffffffffff'],
  ['addb $0x78,%al', '0x1122334455667700'],
  ['addw $0x8878,%ax', '0x1122334455660000'],
  ['addl $0xaa998878,%eax', '0x0'],
  ['subl $0x55667789,%eax', '0xffffffff'],
  ['incb %ah', '0x1122334455667888'],
  ['decq %rax', '0x1122334455667787'],
  ['xorl %eax,%eax', '0x0'],
  ['andb $0x0f,%al', '0x1122334455667708'],
  ['orw $0xf,%ax', '0x112233445566778f'],
  ['xchgb %al,%ah', '0x1122334455668877'],
  ['xaddb %al,%al', '0x1122334455667710'],
  ['xaddb %ah,%al', '0x11223344556688ff'],
])('%s keeps of rax what it does not write', (line, rax) =>
  expect(left([line], '0:rax', RAX)).toEqual({ '0:rax': String(BigInt(rax)) }),
);

test.each([
  ['lock incl (x)', 'int x=2147483647', '-2147483648'],
  ['incl (x)', 'uint32_t x=0xffffffff', '0'],
  ['lock decl (x)', 'unsigned int x', '4294967295'],
  ['lock addl $1,(x)', 'int x=-1', '0'],
  ['addl $1,(x)', 'int x=0x3fffffff', '1073741824'],
  ['lock incw (x)', 'short x=32767', '-32768'],
  ['lock incb (x)', 'uint8_t x=255', '0'],
  ['lock incq (x)', 'long x=0x7fffffffffffffff', '-9223372036854775808'],
  ['lock orl $0x80000000,(x)', 's32 x', '-2147483648'],
  ['movl $-1,(x)', 'int x', '-1'],
  ['movl $-1,(x)', 'u32 x', '4294967295'],
  ['movl $-1,(x)', 'int64_t x=0x500000000', '25769803775'],
])('%s of %s leaves %s', (line, first, x) => expect(left([line], 'x', `${first};`)).toEqual({ '[x]': x }));

test('a locked addition of two CPUs loses nothing where it wraps', () => {
  const answer = litmus(
    'X86_64 t\n{ int x=2147483646; }\n P0 | P1 ;\n lock incl (x) | lock xaddl %eax,(x) ;\n | lock incl (x) ;\nforall ([x]=-2147483648)\n',
    't',
  );
  expect(answer).toMatchObject({ outcome: { verdict: 'Required', holds: true } });
});

test.each([
  [
    'xaddl %eax,(x) gives back what was there, and clears what is above',
    ['xaddl %eax,(x)'],
    { '0:rax': '4294967295', '[x]': '1' },
    'int x=-1; 0:rax=0x700000002;',
  ],
  [
    'lock cmpxchgl that fails loads the accumulator',
    ['lock cmpxchgl %ebx,(x)'],
    { '0:rax': '4294967295', '[x]': '-1' },
    'int x=-1; 0:rax=0x700000002;',
  ],
  [
    'lock cmpxchgl that succeeds leaves the accumulator',
    ['lock cmpxchgl %ebx,(x)'],
    { '0:rax': '34359738367', '[x]': '9' },
    'int x=-1; 0:rax=0x7ffffffff; 0:rbx=9;',
  ],
  [
    'lock cmpxchgb looks at al alone',
    ['lock cmpxchgb %bl,(x)'],
    { '0:rax': '4607', '[x]': '9' },
    's8 x=-1; 0:rax=0x11ff; 0:rbx=9;',
  ],
])('%s', (_what, lines, ends, first) => expect(left(lines, '0:rax; x', first)).toEqual(ends));

test('in 32-bit code words have 32 bits unless a register says otherwise', () => {
  expect(left(['MOV [x],$-1', 'MOV AL,$1', 'ADD EAX,$0xffffffff'], 'x; 0:EAX', 'int x;', 'X86')).toEqual({
    '[x]': '-1',
    '0:EAX': '0',
  });
});

test('a location may be named as a register is', () =>
  expect(left(['movq $5,(ax)', 'movq (ax),%rax'], '0:rax; ax')).toEqual({ '0:rax': '5', '[ax]': '5' }));

describe('a condition', () => {
  const verdict = (first: string, line: string, condition: string): unknown => {
    const answer: Answer = litmus(`X86_64 t\n{ ${first} }\n P0 ;\n ${line} ;\nexists (${condition})\n`, 't');
    return 'outcome' in answer ? answer.outcome.verdict : answer;
  };
  test.each([
    ['int x;', 'movl $-1,(x)', '[x]=-1', 'Allowed'],
    ['int x;', 'movl $-1,(x)', '[x]=0xffffffff', 'Allowed'],
    ['uint32_t x;', 'movl $-1,(x)', '[x]=-1', 'Allowed'],
    ['uint64_t x;', 'movq $-1,(x)', '[x]=0xffffffff', 'Forbidden'],
    ['', 'movl $-1,%eax', '0:rax=-1', 'Forbidden'],
    ['', 'movl $-1,%eax', '0:eax=-1', 'Allowed'],
    ['', 'movb $-1,%ah', '0:ah=255 /\\ 0:rax=0xff00', 'Allowed'],
    ['int 0:rax;', 'movl $-1,%eax', '0:rax=-1', 'Allowed'],
    ['', 'movq $8,%rax', '0:rax=010', 'Allowed'],
  ])('{ %s } %s: %s is %s', (first, line, condition, expected) =>
    expect(verdict(first, line, condition)).toBe(expected),
  );
  test.each([
    ['int x;', '[x]=4294967295', /\[x\] is compared with 4294967295, which it can never hold/],
    ['u8 x;', '[x]=-1', /which it can never hold/],
    ['int x=0x1ffffffff;', '[x]=0', /8589934591 does not fit in \[x\]/],
    ['int x=1; long x=1;', '[x]=0', /x is int in one place and long in another/],
    ['int x=1; int x=2;', '[x]=0', /x has two first values/],
    ['0:rax=1; 0:eax=2;', '0:rax=0', /0:eax has two first values/],
    ['itn x;', '[x]=0', /"itn" is no type that is known: did you mean int\?/],
    ['', '0:rax=08', /octal digits go up to 7/],
    ['', '0:rax=12ab', /"ab" behind decimal digits is no suffix/],
  ])('{ %s } exists (%s) is a mistake', (first, condition, message) =>
    expect(() => verdict(first, 'lock incl (y)', condition)).toThrow(message),
  );
});

test.each([
  ['words of two widths', ' movl $1,(x) ;\n movb $2,(x) ;', '', 'x is touched in words of 8 and 32 bits'],
  ['more than a location has', ' movq $1,(x) ;', 'int x;', 'x is int, and an instruction touches 64 bits'],
  ['through a pointer', ' movl $1,(%rax) ;', 'long x; 0:rax=x;', '32 bits of x, of which others touch 64'],
  ['a part of an address', ' movl %eax,%ebx ;', '0:rax=x;', 'a part of the address of x is moved'],
  ['computing with an address', ' addq $8,%rax ;', '0:rax=x;', 'the address of x is used as a number'],
])('%s: not modelled, and no answer', (_what, lines, first, reason) =>
  expect(litmus(`X86_64 t\n{ ${first} }\n P0 ;\n${lines}\nexists (x=1)\n`, 't')).toMatchObject({
    notModelled: expect.stringContaining(reason),
  }),
);

test.each([
  ['lock movq $1,(x)', /LOCK goes with what reads and writes memory/],
  ['lock addq $1,%rax', /LOCK goes with/],
  ['lock addq (x),%rax', /LOCK goes with/],
  ['lock mfence', /LOCK goes with/],
  ['addq (x),(y)', /both operands are in memory/],
  ['xchgq (x),(y)', /both operands are in memory/],
  ['addq %rax,$1', /its destination is a number/],
  ['incq $1', /its destination is a number/],
  ['xchgq $1,%rax', /it takes a register, not a number/],
  ['xaddq (x),%rax', /its source has to be a register/],
  ['cmpxchgq %rbx,(x)', /it is known with LOCK alone/],
  ['movl %rax,(x)', /names words of 32 and 64 bits/],
  ['movb $256,%al', /256 does not fit in 8 bits/],
  ['movq 1,%rax', /"1" is the memory at that address/],
  ['movq rax,(x)', /a register is written %rax/],
  ['movq $1,(%al)', /al has 8 bits, and an address has 64/],
  ['movq %r99,(x)', /X86_64 has no register r99/],
  ['movq $08,%rax', /octal digits go up to 7/],
  ['mov $1,(x)', /nothing says how wide x is/],
  ['mov $1,(%rax)', /nothing says how many bits/],
  ['incq %rax,%rbx', /it takes 1 operands/],
  ['jmp L0', /P0 jumps to L0, and no line has that label/],
  ['bts $1,(x)', /no instruction that is known of X86_64/],
])('%s is no instruction', (line, message) =>
  expect(() => litmus(`X86_64 t\n{ }\n P0 ;\n ${line} ;\nexists (0:rax=0)\n`, 't')).toThrow(message),
);
