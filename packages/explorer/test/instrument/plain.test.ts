/** The plain form: what has one, and that it makes the same steps and gives back the same as the generator. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instrument } from '../../src/instrument/instrument.ts';
import { runtime } from '../../src/instrument/runtime.ts';
import { NoPlainForm, plainly } from '../../src/instrument/plain-run.ts';
import type { Op, Step } from '../../src/api/step.ts';
import { load, store } from '../search/toy.ts';
import { randomCode } from './random-code.ts';

/** Steps over three cells, and what each observed. */
function machine(cells = [1, 0, 2]): { seen: string[]; perform: (step: Step) => number } {
  const seen: string[] = [];
  const perform = ({ kind, cells: [cell = 0], args: [value = 0] }: Step): number => {
    const observed = kind === 'load' ? (cells[cell] ?? 0) : 0;
    if (kind === 'store') cells[cell] = value;
    seen.push(`${kind} ${cell} ${value} -> ${observed}`);
    return observed;
  };
  return { seen, perform };
}

/** The result, or what was thrown, and the steps before. */
function outcome(
  work: () => unknown,
  seen: readonly string[],
): { readonly result: unknown; readonly seen: readonly string[] } {
  try {
    return { result: work(), seen };
  } catch (error) {
    if (error instanceof NoPlainForm) throw error;
    return { result: `threw ${String(error)}`, seen };
  }
}

/** Runs code in both forms: plain, stepwise. */
function inBoth(code: () => Op<unknown>, cells?: readonly number[]) {
  const a = machine(cells && [...cells]);
  const b = machine(cells && [...cells]);
  const drive = (op: Op<unknown>): unknown => {
    for (let turn = op.next(0); ; turn = op.next(b.perform(turn.value))) if (turn.done) return turn.value;
  };
  return [outcome(() => plainly(code, a.perform), a.seen), outcome(() => drive(code()), b.seen)] as const;
}

const make = (text: string, file = 'file'): (() => Op<unknown>) => {
  const code = instrument(`export default function () {${text}}`, file)!
    .replace('export default function () {', '')
    .replace(/\}\s*$/, '');
  return Function('load', 'store', code)(load, store) as () => Op<unknown>;
};

describe('both forms do the same', () => {
  test.each([
    [
      'values of steps',
      'return function* () { const a = yield* load(0); yield* store(1, a + (yield* load(2))); return a; };',
    ],
    [
      'what the language allows between lines',
      'return function* () { // no semicolons\n let a = 1 /* here */\n let b = yield* load(0)\n ;[a, b] = [b, a]\n do a++; while (a < 3) b++\n if (a) return\n a\n return 9 };',
    ],
    [
      'texts of several lines',
      'return function* () { const a = yield* load(0); return `x\n${ yield* load(2) }\\${\ny\\\nz \\`${ `\n` }`; };',
    ],
    ['a string that goes on', "return function* () { yield* load(0); return 'a\\\nb'; };"],
    [
      'parameters of all kinds',
      'function* f(a, { b, c: [d] = [5] }, e = a + b, ...rest) { yield* store(0, e); return [a, b, d, e, rest]; } return function* () { return yield* f(1, { b: 2 }, undefined, 3, 4); };',
    ],
    ['either branch', 'return function* () { return yield* (yield* load(0)) ? load(2) : load(1); };'],
    [
      'methods',
      `class A { #n = 1; *a(x) { return (yield* this.#b(x)) + this.#n; } *#b(x) { this.#n++; return (yield* load(x)); } *'in quotes'() { return yield* load(2); } }
      return function* () { const it = new A(); return [yield* it.a(0), yield* it.a(2), yield* it['in quotes']()]; };`,
    ],
    [
      'a method that replaces another',
      `class A { *a() { return yield* load(0); } } class B extends A { *a() { return 10 * (yield* super.a()); } x = 1 }
      return function* () { return yield* new B().a(); };`,
    ],
    [
      'methods of objects, and their this',
      'const it = { n: 2, *a() { return yield* load(this.n); }, b: function* () { return yield* load(this.n - 2); } }; return function* () { return [yield* it.a(), yield* it.b()]; };',
    ],
    [
      'functions that call themselves',
      'const f = function* g(n) { return n === 0 ? 0 : (yield* load(n % 3)) + (yield* g(n - 1)); }; return function* () { return yield* f(5); };',
    ],
    [
      'functions that are used before they are declared',
      'const f = g; function* g() { return yield* load(2); } return function* () { return yield* f(); };',
    ],
    [
      'generators that code makes while it runs',
      'return function* () { const a = yield* load(0); const f = function* (n) { return a + (yield* load(n)); }; function* g() { return yield* f(2); } return yield* g(); };',
    ],
    [
      'functions between, which are handed generators',
      'const within = (body) => body(); return function* () { return yield* within(() => load(2)); };',
    ],
    [
      'what is thrown and caught',
      'function* f() { yield* load(0); throw 1; } return function* () { try { yield* f(); } catch (e) { yield* store(0, e + 4); } finally { yield* load(0); } yield* f(); };',
    ],
    [
      'a real iterator',
      'class Three { *[Symbol.iterator]() { yield 1; yield 2; } } return function* () { let n = 0; for (const x of new Three()) n += x; yield* store(0, n); return [...new Three()]; };',
    ],
    ['steps of its own', "return function* () { return yield { kind: 'load', cpu: 0, cells: [2], args: [] }; };"],
  ])('%s', (_name, text) => {
    const [plain, stepwise] = inBoth(make(text));
    expect(plain).toEqual(stepwise);
    expect(plain.seen.length).toBeGreaterThan(0);
  });

  /** @param plant changes the text that was instrumented */
  const agree = (plant: (text: string) => string): void =>
    fc.assert(
      fc.property(randomCode, fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)), (text, cells) => {
        let code: () => Op<unknown>;
        try {
          const instrumented = instrument(`export default function () {${text}}`, 'random')!
            .replace('export default function () {', '')
            .replace(/\}\s*$/, '');
          code = Function('load', 'store', plant(instrumented))(load, store) as () => Op<unknown>;
        } catch (error) {
          if (error instanceof SyntaxError) return; // a `continue` outside of a loop, and the like
          throw error;
        }
        const [plain, stepwise] = inBoth(code, cells);
        expect(plain).toEqual(stepwise);
      }),
      { numRuns: 300, seed: 1 },
    );

  test('random code', () => agree((text) => text));
  test('random code whose plain form reads another cell is noticed', () => {
    expect(() => agree((text) => text.replaceAll('__sdRan( load(1)', '__sdRan( load(2)'))).toThrow('Property failed');
  });
  test('random code whose plain form throws a step away is noticed', () => {
    expect(() =>
      agree((text) => text.replaceAll(/__sdRan\( store\(1, /g, '__sdRan( ((_cell, n) => void n)(1, ')),
    ).toThrow('Property failed');
  });
});

describe('no plain form', () => {
  test.each([
    ['arguments', 'function* f() { return yield* load(arguments[0]); } return function* () { return yield* f(0); };'],
    [
      'static methods',
      'class A { static *a() { return yield* load(0); } } return function* () { return yield* A.a(); };',
    ],
    [
      'what was made before it is delegated to',
      'function* f(made) { return yield* made; } return function* () { return yield* f(load(0)); };',
    ],
    [
      'super in an object',
      'const o = { *a() { yield* load(0); return super.toString(); } }; return function* () { return yield* o.a(); };',
    ],
    [
      'functions made by parameters',
      'function* f(g = () => 1) { return g() + (yield* load(0)); } return function* () { return yield* f(); };',
    ],
  ])('%s', (_name, text) => {
    const code = make(text, 'mine');
    expect(() => plainly(code, machine().perform)).toThrow('code that was not instrumented is called by mine');
    expect(runtime.perform).toBeUndefined(); // stepwise again
    expect(code().next(0)).toMatchObject({ done: false, value: { kind: 'load' } });
  });

  test('code that was not instrumented', () => {
    const foreign = Function('load', 'return function* () { yield* load(0); };')(load) as () => Op;
    expect(() => plainly(foreign, machine().perform)).toThrow(NoPlainForm);
    expect(() =>
      plainly(
        make('return function* () { for (const x of (function* () { yield 1; })()) yield* load(x); };'),
        machine().perform,
      ),
    ).toThrow('no step');
  });

  test('is not hidden by code that catches everything', () => {
    const code = make(
      'const foreign = eval("(function* () {})"); return function* () { try { yield* foreign(); } catch { } };',
    );
    expect(() => plainly(code, machine().perform)).toThrow(NoPlainForm);
  });
});

test('the plain form of a function stands before the one that yields, on as many lines', () => {
  const code =
    'export function* f(\n  a, // first\n) {\n  yield* g(a);\n}\nexport default function* () {\n  yield* f(1)\n  yield* f(2)\n}\n';
  const text = instrument(code, 'file')!;
  expect(text.split('\n')).toHaveLength(code.split('\n').length);
  expect(text.split('\n')[3]).toContain('yield* __sdCall( g(a)');
  expect(text.split('\n')[7]).toContain('yield* __sdCall( f(2)');
});
