/** Random generator functions as text: nested control flow over three variables, a record, and a function made on the way. */
import fc from 'fast-check';

const name = fc.constantFrom('a', 'b', 'c');
const cell = fc.integer({ min: 0, max: 2 });
const value = fc.oneof(name, fc.constantFrom('0', '1', 'r.x', 'f(1)', '(b > 0 ? a : c)')).map((text) => text);
const condition = fc.oneof(
  name.map((n) => `${n} > 0`),
  fc.constantFrom('r.x === 1', 'a === b || c > 1', 'f(0) > 1'),
);

const leaf = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(name, cell).map(([n, c]) => `${n} = yield* load(${c});`) },
  { weight: 3, arbitrary: fc.tuple(cell, value).map(([c, v]) => `yield* store(${c}, (${v}) % 3);`) },
  { weight: 2, arbitrary: fc.tuple(name, value).map(([n, v]) => `${n} = ${v};`) },
  { weight: 1, arbitrary: fc.tuple(name, cell).map(([n, c]) => `${n} += yield* load(${c});`) },
  { weight: 1, arbitrary: cell.map((c) => `r.x = yield* load(${c});`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'r = { x: a };',
      '[a, b] = [b, a];',
      'const old = f; f = (n) => n + b;',
      'yield* inner(r);',
      'a ||= yield* load(1);',
      'if (c > 0) return;',
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('break;', 'continue;', 'break out;') },
);

const { block } = fc.letrec<{ block: string; statement: string }>((tie) => ({
  statement: fc.oneof(
    { maxDepth: 3 },
    { weight: 6, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: fc
        .tuple(condition, tie('block'), tie('block'))
        .map(([test, yes, no]) => `if (${test}) {${yes}} else {${no}}`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(name, tie('block'))
        .map(([n, body]) => `for (let i = 0; i < 2; i++) { ${body} if (i > ${n}) ${n} = i; }`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(condition, tie('block'))
        .map(([test, body]) => `do { if (turns++ > 3) break; ${body} } while (${test});`),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(name, tie('block'), tie('block'))
        .map(
          ([n, one, two]) =>
            `out: while (true) { if (turns++ > 3) break; switch (${n}) { case 0: ${one} case 1: ${two} break out; default: turns += 2; } }`,
        ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie('block'), condition, name)
        .map(([body, test, n]) => `try { ${body} if (${test}) throw 1; } catch { ${n} = 1; } finally { c = a; }`),
    },
  ),
  block: fc.array(tie('statement'), { minLength: 1, maxLength: 3 }).map((all) => all.join(' ')),
}));

/** The text of a module's worth of code that returns a generator function of (load, store). */
export const randomCode: fc.Arbitrary<string> = fc.array(block, { minLength: 1, maxLength: 3 }).map(
  (blocks) => `
    function* inner(r) { const n = yield* load(1); if (n > 0) r.x = n; yield* load(2); }
    return function* code() {
      let a = 0, b = 0, c = 0, turns = 0, r = { x: 0 }, f = (n) => n + a;
      out: for (let round = 0; round < 1; round++) { ${blocks.join('\n')} }
      yield* store(0, (a + b + r.x + f(c)) % 3);
    };`,
);
