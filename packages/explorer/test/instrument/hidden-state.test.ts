/** What is read off the text: state that a generator keeps outside of itself. */
import { describe, expect, test } from '@jest/globals';
import { hiddenState } from '../../src/instrument/hidden-state.ts';

const names = (code: string): string[] => hiddenState(code).map(({ name }) => name);

describe('hidden state is found', () => {
  test.each([
    ['a field that is assigned', 'class A { *f() { this.x = 1; } }', ['this.x']],
    ['a private field that is counted up', 'class A { #n = 0; *f() { this.#n++; } }', ['this.#n']],
    ['a map in a field', 'class A { *f() { this.seen.set(1, 2); } }', ['this.seen']],
    ['a variable of the module', 'let n = 0; function* f() { n += 1; }', ['n']],
    ['a record of the module', 'const o = {}; function* f() { o.x = 1; delete o.y; }', ['o.x', 'o.y']],
    [
      'a variable of the function that made the generator',
      'const make = () => { let n = 0; return function* () { n++; }; };',
      ['n'],
    ],
    [
      'a change by a plain function that is called',
      'let n = 0; const once = () => n++ === 0; const f = () => once(); function* g() { const a = f(); yield a; }',
      ['n'],
    ],
    [
      'a change by a function of the language',
      'const o = {}; function* f() { Object.assign(o, { a: 1 }); [o.x] = [1]; }',
      ['o', 'o.x'],
    ],
    [
      'a change by a function made inside',
      'const all = []; function* f() { const g = () => all.push(1); g(); }',
      ['all'],
    ],
  ])('%s', (_what, code, found) => expect(names(code)).toEqual(found));

  test('with its line', () =>
    expect(hiddenState('class A {\n  *f() {\n    this.x = 1;\n  }\n}')).toEqual([{ line: 3, name: 'this.x' }]));
});

describe('nothing is found in', () => {
  test.each([
    ['variables of its own', 'function* f(p) { let a = 0; a++; const list = []; list.push(a); p.x = a; }'],
    ['variables of a generator around', 'function* f() { let a = 0; const g = function* () { a = 1; }; yield* g(); }'],
    [
      'operations of the CPU',
      'const ops = {}; class A { *f(cpu) { yield* cpu.add(1, 2); yield* ops.set(cpu); yield* this.add(cpu); } }',
    ],
    [
      'objects that it made',
      'function* f() { class C { n = 0; *go() { this.n++; } } const o = { n: 0, add() { this.n++; } }; yield* new C().go(); o.add(); }',
    ],
    [
      'plain functions that change what they are given',
      'const put = (list) => list.push(1); function* f() { const a = []; put(a); yield a; }',
    ],
    [
      'a constructor, and plain functions that it does not call',
      'let n = 0; class A { constructor() { this.x = 1; } } const f = () => n++;',
    ],
  ])('%s', (_what, code) => expect(names(code)).toEqual([]));
});
