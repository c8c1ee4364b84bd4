/** C: numbers have the width and the sign of their type, in whatever place they stand. Answers computed by hand, from the C standard. */
import { expect, test } from '@jest/globals';
import { litmus, type Answer } from '../src/index.ts';

const outcomeOf = (answer: Answer) => ('outcome' in answer ? answer.outcome : (undefined as never));
/** One function, and a condition that holds at its end. */
const one = (first: string, parameters: string, body: string, condition: string): string =>
  `C t\n{ ${first} }\nP0(${parameters}) { ${body} }\nforall (${condition})\n`;

test.each([
  [
    '-1 is one value in store, load, first value and condition',
    'int x = -1;',
    'int *x, int *y',
    'int r0 = READ_ONCE(*x) == -1; WRITE_ONCE(*y, -1); int r1 = READ_ONCE(*y);',
    '0:r0=1 /\\ 0:r1=-1 /\\ x=-1 /\\ y=-1',
  ],
  [
    '-1 is what an exchange finds',
    'int x = -1;',
    'int *x',
    'int r0 = cmpxchg(x, -1, 5); int r1 = xchg(x, -2);',
    '0:r0=-1 /\\ 0:r1=5 /\\ x=-2',
  ],
  ['atomic_inc at 2^30 - 1', 'atomic_t v = ATOMIC_INIT(1073741823);', 'atomic_t *v', 'atomic_inc(v);', 'v=1073741824'],
  [
    'atomic_inc at 2^31 - 1 wraps',
    'atomic_t v = ATOMIC_INIT(2147483647);',
    'atomic_t *v',
    'atomic_inc(v);',
    'v=-2147483648',
  ],
  [
    'atomic_dec of 0',
    '',
    'atomic_t *v',
    'int r0 = atomic_dec_return(v); int r1 = atomic_fetch_dec(v); int r2 = atomic_dec_and_test(v);',
    '0:r0=-1 /\\ 0:r1=-1 /\\ 0:r2=0 /\\ v=-3',
  ],
  [
    'atomic_sub of a negative number',
    '',
    'atomic_t *v',
    'int r0 = atomic_sub_return(-5, v); int r1 = atomic_fetch_sub(4, v);',
    '0:r0=5 /\\ 0:r1=5 /\\ v=1',
  ],
  ['u8 and s8', '', 'u8 *x, s8 *y', 'WRITE_ONCE(*x, 300); WRITE_ONCE(*y, 200);', 'x=44 /\\ y=-56'],
  ['u16 and short', '', 'uint16_t *x, short *y', 'WRITE_ONCE(*x, -1); WRITE_ONCE(*y, 0x8000);', 'x=65535 /\\ y=-32768'],
  [
    'long, s64 and int64_t have 64 bits',
    '',
    'long *x, s64 *y, int64_t *z',
    'WRITE_ONCE(*x, 4294967296); WRITE_ONCE(*y, -4294967296); WRITE_ONCE(*z, 0x7fffffffffffffff);',
    'x=4294967296 /\\ y=-4294967296 /\\ z=9223372036854775807',
  ],
  ['unsigned long', '', 'unsigned long *x', 'WRITE_ONCE(*x, -1);', 'x=18446744073709551615'],
  ['a long that is kept in an int', 'long x = 4294967297;', 'long *x', 'int r0 = READ_ONCE(*x);', '0:r0=1'],
  ['bool', '', 'bool *x', 'WRITE_ONCE(*x, 256); int r0 = READ_ONCE(*x) + 1;', 'x=1 /\\ 0:r0=2'],
  [
    'a comparison of int with unsigned int is unsigned',
    '',
    'int *x',
    'int r0 = -1 < 0u; int r1 = -1 < 0; int r2 = -1 == 4294967295u; int r3 = -1 == 4294967295;',
    '0:r0=0 /\\ 0:r1=1 /\\ 0:r2=1 /\\ 0:r3=0',
  ],
  [
    'u8 is an int before it is computed with',
    'u8 x = 255;',
    'u8 *x',
    'int r0 = *x + 1; int r1 = -*x; int r2 = (u8)(*x + 1);',
    '0:r0=256 /\\ 0:r1=-255 /\\ 0:r2=0',
  ],
  [
    'an addition wraps in its type',
    '',
    'int *x',
    'int r0 = 2147483647; long r1 = r0 + 1; long r2 = r0 + 1L;',
    '0:r1=-2147483648 /\\ 0:r2=2147483648',
  ],
  [
    'numbers: octal, hexadecimal, binary, characters, suffixes',
    '',
    'int *x',
    "int r0 = 010; int r1 = 0xfFu; int r2 = 0b101; int r3 = 'a'; long r4 = 3ull; int r5 = '\\n';",
    '0:r0=8 /\\ 0:r1=255 /\\ 0:r2=5 /\\ 0:r3=97 /\\ 0:r4=3 /\\ 0:r5=10',
  ],
  [
    'operators bind as in C',
    '',
    'int *x',
    'int r0 = 1 | 2 & 0; int r1 = 1 ^ 3 & 2; int r2 = 1 | 1 ^ 1; int r3 = 2 & 2 == 2; int r4 = 1 + 2 * 3 - 4; int r5 = 1 || 0 && 0;',
    '0:r0=1 /\\ 0:r1=3 /\\ 0:r2=1 /\\ 0:r3=0 /\\ 0:r4=3 /\\ 0:r5=1',
  ],
  [
    '&& and || look no further than they must',
    '',
    'int *x',
    'int r0 = 0 && xchg(x, 5); int r1 = 1 || xchg(x, 6); int r2 = 1 && xchg(x, 7);',
    '0:r0=0 /\\ 0:r1=1 /\\ 0:r2=0 /\\ x=7',
  ],
  [
    'an address is true, and equal to itself',
    'int *p = &x;',
    'int *x, int **p',
    'int *r0 = READ_ONCE(*p); int r1 = r0 && r0 == x; int r2 = !r0; WRITE_ONCE(*r0, -3);',
    '0:r0=x /\\ 0:r1=1 /\\ 0:r2=0 /\\ x=-3',
  ],
  [
    'what pointers alone lead to has the type they say',
    'p=y;',
    'int **p',
    'int *r0 = READ_ONCE(*p); WRITE_ONCE(*r0, -1); int r1 = READ_ONCE(*r0);',
    'y=-1 /\\ 0:r1=-1',
  ],
  [
    'brothers of blocks may have a variable of one name',
    '',
    'int *x',
    'if (*x) { int r0 = 1; } else { int r0 = 2; }',
    '0:r0=2',
  ],
])('%s', (_what, first, parameters, body, condition) =>
  expect(outcomeOf(litmus(one(first, parameters, body, condition), 't'))).toMatchObject({
    verdict: 'Required',
    holds: true,
  }),
);

test('what && leaves out another thread cannot see', () => {
  const source =
    'C t\n{ }\nP0(int *x, int *y) { int r0 = READ_ONCE(*x) && xchg(y, 1); }\nP1(int *x, int *y) { int r1 = READ_ONCE(*y); }\nforall (1:r1=0)\n';
  expect(outcomeOf(litmus(source, 't')).verdict).toBe('Required');
});

test.each([
  [
    'a name that nobody declares',
    'int flag = 1; WRITE_ONCE(*x, flga);',
    /t:3:\d+: P0: flga is neither a variable nor a parameter here: did you mean flag\?/,
  ],
  ['an argument too few', 'WRITE_ONCE(*x);', /WRITE_ONCE\(\) takes 2 arguments, and is given 1/],
  ['an argument too many', 'smp_mb(x);', /smp_mb\(\) takes 0 arguments, and is given 1/],
  ['a primitive that is mistyped', 'READ_ONEC(*x);', /READ_ONEC\(\) is not known: did you mean READ_ONCE\?/],
  ['a name of every object is no primitive', 'toString();', /toString\(\) is not known/],
  ['what gives nothing back is used', 'int r0 = smp_mb();', /a value is used that is none/],
  ['the address instead of the place', 'WRITE_ONCE(x, 1);', /x is the address of a location: the location is \*x/],
  ['a parameter is assigned to', 'x = 1;', /the location is \*x/],
  ['two variables of one name', 'int r0 = 1; int r0 = 2;', /r0 is declared twice/],
  ['decrement is not taken for two signs', 'int r0 = 1; int r1 = --r0;', /t:3:\d+: Expected/],
  ['a loop', 'while (1) { }', /Expected/],
  ['an octal number with an 8', 'int r0 = 08;', /octal digits go up to 7/],
  ['a suffix that is none', 'int r0 = 1ulu;', /"ulu" behind decimal digits is no suffix of C/],
  ['a type that nobody knows', 'int r0 = (u7)1;', /Expected|u7/],
  ['a lock that is not held', 'spin_unlock(x);', /gives back what the thread does not hold/],
  ['a section that was not begun', 'rcu_read_unlock();', /gives back what the thread does not hold/],
  [
    'a grace period inside of a section',
    'rcu_read_lock(); synchronize_rcu(); rcu_read_unlock();',
    /synchronize_rcu\(\) inside of a read-side section waits for itself/,
  ],
  [
    'a lock that is a number too',
    'spin_lock(x); WRITE_ONCE(*x, 0); spin_unlock(x);',
    /x is used as a lock and as a number/,
  ],
])('%s is a mistake', (_what, body, message) =>
  expect(() => litmus(one('', 'int *x', body, 'x=0'), 't')).toThrow(message),
);

test.each([
  [
    'a parameter that is no pointer',
    'C t\n{ }\nP0(int x) { }\nexists (x=0)',
    /"int x" is no parameter that is understood/,
  ],
  [
    'a location of two types',
    'C t\n{ }\nP0(int *x) { }\nP1(long *x) { }\nexists (x=0)',
    /x is int in one place and long in another/,
  ],
  ['an atomic_t of 64 bits', one('', 'long *x', 'atomic_inc(x);', 'x=0'), /x is long, and atomic_t has 32 bits/],
])('%s is a mistake', (_what, source, message) => expect(() => litmus(source, 't')).toThrow(message));

test.each([
  ['an access of a part', 'long *x', 'u8 r0 = *(u8 *)x;', '8 bits of x'],
  ['an address in an int', 'int *x', 'int r0 = (int)x;', 'a part of the address of x'],
  ['an address that is computed with', 'int *x', 'int r0 = *(x + 1);', 'no location begins 4 bytes from x'],
  ['the sign of char', 'char *x', 'WRITE_ONCE(*x, -1);', 'whether a char has a sign depends on the kernel'],
])('%s: not modelled, and no answer', (_what, parameters, body, reason) =>
  expect(litmus(one('', parameters, body, 'x=0'), 't')).toMatchObject({ notModelled: expect.stringContaining(reason) }),
);
