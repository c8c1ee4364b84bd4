/** Executions that never end, locks that stay, and searches that are cut short: none of them is taken for an answer. */
import { describe, expect, test } from '@jest/globals';
import { agreementOf, answerLitmus, litmus, type Answer } from '../src/index.ts';

const outcomeOf = (answer: Answer) => ('outcome' in answer ? answer.outcome : (undefined as never));
const c = (threads: readonly string[], condition: string): string =>
  `C t\n{ }\n${threads.map((body, i) => `P${i}(spinlock_t *a, spinlock_t *b, int *x, int *y) { ${body} }\n`).join('')}${condition}\n`;
const both = (first: string, second: string): string =>
  `spin_lock(${first}); spin_lock(${second}); WRITE_ONCE(*x, 1); spin_unlock(${second}); spin_unlock(${first});`;

describe('an execution that never ends', () => {
  const crossed = litmus(c([both('a', 'b'), both('b', 'a')], 'forall (x=1)'), 't');
  test('is said with who waits for what, and what is true of all ends is not Required', () =>
    expect(outcomeOf(crossed)).toMatchObject({
      verdict: 'Deadlock',
      holds: false,
      deadlock: [
        { thread: 'P0', waitsFor: 'spin_lock(b)' },
        { thread: 'P1', waitsFor: 'spin_lock(a)' },
      ],
    }));
  test('is told apart beside a reference', () =>
    expect(agreementOf(crossed, { file: 't', verdict: 'Required', states: [], states_complete: false })).toBe(
      'deadlock',
    ));
  test('in one order there is none', () =>
    expect(outcomeOf(litmus(c([both('a', 'b'), both('a', 'b')], 'forall (x=1)'), 't'))).toMatchObject({
      verdict: 'Required',
      holds: true,
    }));
  test('what one end allows stays allowed, and is not ok', () =>
    expect(outcomeOf(litmus(c([both('a', 'b'), both('b', 'a')], 'exists (x=1)'), 't'))).toMatchObject({
      verdict: 'Allowed',
      holds: false,
    }));
  test('nothing is forbidden where no execution ends', () =>
    expect(outcomeOf(litmus(c(['spin_lock(a); spin_lock(a);'], '~exists (x=1)'), 't'))).toMatchObject({
      verdict: 'Deadlock',
      holds: false,
      ends: [],
      deadlock: [{ thread: 'P0', waitsFor: 'spin_lock(a)' }],
    }));
});

describe('what is not given back', () => {
  test.each([
    ['a lock', 'spin_lock(a); WRITE_ONCE(*x, 1);', 'a'],
    ['a lock that was tried', 'if (spin_trylock(b)) WRITE_ONCE(*x, 1);', 'b'],
    ['a read-side section', 'rcu_read_lock(); WRITE_ONCE(*x, 1);', 'rcu_read_lock()'],
  ])('%s: the test is not ok', (_what, body, what) =>
    expect(outcomeOf(litmus(c([body], 'forall (x=1)'), 't'))).toMatchObject({
      verdict: 'Required',
      holds: false,
      kept: [{ thread: 'P0', what }],
    }),
  );
  test('on one way alone counts too', () =>
    expect(
      outcomeOf(
        litmus(c(['spin_lock(a); if (READ_ONCE(*x) == 0) spin_unlock(a);', 'WRITE_ONCE(*x, 1);'], 'forall (x=1)'), 't'),
      ),
    ).toMatchObject({ kept: [{ thread: 'P0', what: 'a' }] }));
  test('what comes back is not spoken of', () =>
    expect(
      outcomeOf(litmus(c(['spin_lock(a); spin_unlock(a); rcu_read_lock(); rcu_read_unlock();'], 'forall (x=0)'), 't')),
    ).not.toHaveProperty('kept'));
});

describe('a search that is cut short', () => {
  const wide = `X86_64 t\n{ }\n ${[0, 1, 2, 3, 4, 5].map((i) => `P${i}`).join(' | ')} ;\n${[0, 1, 2].map((k) => ` ${[0, 1, 2, 3, 4, 5].map((i) => `movq $${k + 1},(x${(i + k) % 6})`).join(' | ')} ;\n`).join('')}exists ([x0]=9)\n`;
  test('by a bound says by which, and decides nothing', () =>
    expect(outcomeOf(litmus(wide, 't', { maxStates: 500 }))).toMatchObject({
      verdict: 'Unknown',
      complete: false,
      cut: 'states',
    }));
  test('by the clock', () =>
    expect(outcomeOf(litmus(wide, 't', { deadlineMs: 1 }))).toMatchObject({
      verdict: 'Unknown',
      complete: false,
      cut: 'time',
    }));
  test('by a signal ends at once', async () => {
    const end = new AbortController();
    setTimeout(() => end.abort(), 50);
    const begun = performance.now();
    const answer = await answerLitmus(wide, 't', 'one', { signal: end.signal });
    expect(outcomeOf(answer)).toMatchObject({ verdict: 'Unknown', complete: false, cut: 'interrupt' });
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});

describe('many threads', () => {
  const many = (n: number): string => {
    const all = Array.from({ length: n }, (_, i) => i);
    return `X86_64 t\n{ }\n ${all.map((i) => `P${i}`).join(' | ')} ;\n ${all.map((i) => `movq $${i + 1},%rax`).join(' | ')} ;\nforall (${n - 1}:rax=${n})\n`;
  };
  test('31 have a CPU each', () =>
    expect(outcomeOf(litmus(many(31), 't', { memory: 'sc' }))).toMatchObject({ verdict: 'Required' }));
  test.each([32, 40])('%i are more than the machine has CPUs: said, not tried', (n) =>
    expect(litmus(many(n), 't')).toMatchObject({ notModelled: expect.stringContaining('31 CPUs') }),
  );
});

describe('what x86 holds back', () => {
  test('any number of stores: a buffer of four would forbid this', () => {
    const first = ['a', 'b', 'c', 'd', 'e', 'f'].map((at) => `movq $1,(${at})`);
    const second = ['movq $1,(y)', 'mfence', 'movq (a),%rax'];
    const rows = [...first, 'movq (y),%rax'].map((line, i) => ` ${line} | ${second[i] ?? ''} ;\n`).join('');
    expect(outcomeOf(litmus(`X86_64 t\n{ }\n P0 | P1 ;\n${rows}exists (0:rax=0 /\\ 1:rax=0)\n`, 't')).verdict).toBe(
      'Allowed',
    );
  });
  const reader = (end: string): string =>
    c(
      [
        `rcu_read_lock(); WRITE_ONCE(*x, 1); rcu_read_unlock(); ${end} int r1 = READ_ONCE(*y);`,
        'WRITE_ONCE(*y, 1); smp_mb(); int r1 = READ_ONCE(*x);',
      ],
      'exists (0:r1=0 /\\ 1:r1=0)',
    );
  test('the end of a read-side section is no barrier', () =>
    expect(outcomeOf(litmus(reader(''), 't')).verdict).toBe('Allowed'));
  test('smp_mb behind it is one', () => expect(outcomeOf(litmus(reader('smp_mb();'), 't')).verdict).toBe('Forbidden'));
  test('a grace period waits for the stores of the sections before it', () =>
    expect(
      outcomeOf(
        litmus(
          c(
            [
              'rcu_read_lock(); int r0 = READ_ONCE(*y); WRITE_ONCE(*x, 1); rcu_read_unlock(); int r2 = READ_ONCE(*y);',
              'WRITE_ONCE(*y, 1); synchronize_rcu(); int r1 = READ_ONCE(*x);',
            ],
            'exists (0:r0=0 /\\ 1:r1=0)',
          ),
          't',
        ),
      ).verdict,
    ).toBe('Forbidden'));
  test('a trylock that fails orders nothing', () => {
    const other = 'WRITE_ONCE(*y, 1); smp_mb(); int r1 = READ_ONCE(*x); spin_unlock(a);';
    const source = c(
      [
        'WRITE_ONCE(*x, 1); int r2 = spin_trylock(a); int r1 = READ_ONCE(*y); if (r2) spin_unlock(a);',
        `spin_lock(a); ${other}`,
      ],
      'exists (0:r2=0 /\\ 0:r1=0 /\\ 1:r1=0)',
    );
    expect(outcomeOf(litmus(source, 't')).verdict).toBe('Allowed');
  });
});
