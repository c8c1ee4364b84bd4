/** The atomic operations of the kernel in every order that can be asked, conditional ones, arrays, and sleepable RCU. Ends computed by hand. */
import { expect, test } from '@jest/globals';
import { litmus, litmusOfMany, type Answer } from '../src/index.ts';

const outcomeOf = (text: string): Extract<Answer, { outcome: unknown }>['outcome'] => {
  const answer: Answer = litmus(text, 't');
  if (!('outcome' in answer)) throw new Error(JSON.stringify(answer));
  return answer.outcome;
};
/** What one call gives back, and what it leaves in v. */
const called = (call: string, v: number, type = 'atomic_t'): string[] =>
  outcomeOf(
    `C t\n{ ${type} v = ATOMIC_INIT(${v}); }\nP0(${type} *v)\n{\n long r0;\n r0 = ${call};\n}\nlocations [0:r0; v]\nforall (true)\n`,
  ).ends.map((end) => Object.values(end).join(' '));

test.each([
  ['atomic_fetch_add_relaxed(3, v)', 5, '5 8'],
  ['atomic_add_return_acquire(3, v)', 5, '8 8'],
  ['atomic_sub_return_release(3, v)', 5, '2 2'],
  ['atomic_fetch_andnot(4, v)', 7, '7 3'],
  ['atomic_fetch_or_acquire(8, v)', 7, '7 15'],
  ['atomic_fetch_xor(1, v)', 7, '7 6'],
  ['atomic_inc_return_relaxed(v)', 7, '8 8'],
  ['atomic_fetch_dec_release(v)', 7, '7 6'],
  ['atomic_inc_and_test(v)', -1, '1 0'],
  ['atomic_sub_and_test(2, v)', 2, '1 0'],
  ['atomic_add_negative(-8, v)', 7, '1 -1'],
  ['atomic_xchg_relaxed(v, 2)', 7, '7 2'],
  ['atomic_cmpxchg_acquire(v, 7, 2)', 7, '7 2'],
  ['atomic_add_unless(v, 2, 7)', 7, '0 7'],
  ['atomic_add_unless(v, 2, 6)', 7, '1 9'],
  ['atomic_fetch_add_unless(v, 2, 6)', 7, '7 9'],
  ['atomic_inc_not_zero(v)', 0, '0 0'],
  ['atomic_dec_if_positive(v)', 0, '-1 0'],
  ['atomic_dec_if_positive(v)', 2, '1 1'],
])('%s where %d was', (call, v, ends) => expect(called(call, v)).toEqual([ends]));

test('a counter of 64 bits wraps at 64, and one of 32 at 32', () => {
  expect(called('atomic64_add_return(1, v)', 2147483647, 'atomic64_t')).toEqual(['2147483648 2147483648']);
  expect(called('atomic_add_return(1, v)', 2147483647)).toEqual(['-2147483648 -2147483648']);
});

test('add_unless is one atomic operation: two threads never both take the last place', () => {
  const take = (n: number): string => `P${n}(atomic_t *v)\n{\n int r0 = atomic_add_unless(v, 1, 1);\n}\n`;
  expect(outcomeOf(`C t\n{}\n${take(0)}${take(1)}exists (0:r0=1 /\\ 1:r0=1)\n`).verdict).toBe('Forbidden');
});

test('one that changes nothing orders nothing: a store and a load around it may be seen the other way round', () => {
  const side = (n: number, mine: string, other: string, v: string): string =>
    `P${n}(int *${mine}, int *${other}, atomic_t *${v})\n{\n int r0;\n int r1;\n WRITE_ONCE(*${mine}, 1);\n r1 = atomic_add_unless(${v}, 1, 5);\n r0 = READ_ONCE(*${other});\n}\n`;
  const verdict = (v: number): string =>
    outcomeOf(
      `C t\n{ atomic_t v = ATOMIC_INIT(${v}); atomic_t w = ATOMIC_INIT(${v}); }\n${side(0, 'x', 'y', 'v')}${side(1, 'y', 'x', 'w')}exists (0:r0=0 /\\ 1:r0=0)\n`,
    ).verdict;
  expect([verdict(5), verdict(0)]).toEqual(['Allowed', 'Forbidden']);
});

test('elements of an array, and pointers to them', () =>
  expect(
    outcomeOf(
      'C t\n{ int a[3] = {1, 2, 3}; }\nP0(int *a)\n{\n int r0;\n int *p;\n p = &a[1];\n r0 = READ_ONCE(*(p + 1));\n WRITE_ONCE(a[1], r0);\n a[0] += 4;\n}\nlocations [a; 0:r0]\nforall (true)\n',
    ).ends,
  ).toEqual([{ '0:r0': '3', 'a[0]': '5', 'a[1]': '3', 'a[2]': '3' }]));

/** A reader that sees what came behind a grace period reads what came before it next. */
const grace = (reader: string, waited: string): string =>
  `C t
{}
P0(int *x, int *y, struct srcu_struct *${reader})
{
  int i;
  int r0;
  int r1;
  i = srcu_read_lock(${reader});
  r1 = READ_ONCE(*y);
  r0 = READ_ONCE(*x);
  srcu_read_unlock(${reader}, i);
}
P1(int *x, int *y, struct srcu_struct *${waited})
{
  WRITE_ONCE(*y, 1);
  synchronize_srcu(${waited});
  WRITE_ONCE(*x, 1);
}
exists (0:r0=1 /\\ 0:r1=0)
`;

test('synchronize_srcu waits for the readers of its own domain, and for no others', () => {
  expect(outcomeOf(grace('s', 's')).verdict).toBe('Forbidden');
  expect(outcomeOf(grace('s', 't')).verdict).toBe('Allowed');
});

test('a section that is not ended is said, and one that waits for itself is a mistake', () => {
  const one = (body: string): string => `C t\n{}\nP0(struct srcu_struct *s)\n{\n int i;\n ${body}\n}\nforall (true)\n`;
  expect(outcomeOf(one('i = srcu_read_lock(s);')).kept).toEqual([{ thread: 'P0', what: 'srcu_read_lock(s)' }]);
  expect(outcomeOf(one('i = srcu_down_read(s);')).kept).toBeUndefined(); // somebody else may end it
  expect(litmusOfMany(one('i = srcu_read_lock(s); synchronize_srcu(s);'), 't')).toHaveProperty(
    'mistake',
    expect.stringMatching(/waits for itself/),
  );
});
