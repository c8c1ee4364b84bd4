/** C with the primitives of the Linux kernel: expressions and statements as steps of a CPU. */
import type { Cpu, Op } from '@shootdown/core/plugin';
import peggy from 'peggy';
import { accessesOf, checked, Wrong, type Names } from './c-check.ts';
import { BODY } from './c-grammar.ts';
import { load, PRIMITIVES, store } from './c-primitives.ts';
import type { Expression, Statement } from './c-tree.ts';
import { addressOf, bitsOf, computed, converted, isTrueValue, ofBits, target, truth, type Value } from './c-values.ts';
import type { InstructionSet, Program, ThreadState } from './instruction-set.ts';
import type { Thread } from './litmus-test.ts';
import { badLitmus } from './mistakes.ts';
import { readNumeral } from './numbers.ts';
import { INT, typeOfNumeral } from './types.ts';

/** One function that runs. */
class Running {
  constructor(
    private readonly cpu: Cpu,
    private readonly state: ThreadState,
    private readonly names: Names,
  ) {}

  *statement(s: Statement): Op {
    switch (s.do) {
      case 'block':
        for (let i = 0; i < s.statements.length; i++) yield* this.statement(s.statements[i]!);
        return;
      case 'declare':
        for (let i = 0; i < s.variables.length; i++) {
          const { name, value } = s.variables[i]!;
          if (value) yield* this.assign(name, value);
          // C says nothing of what it holds: here it is 0.
          else this.state.registers.set(name, 0n);
        }
        return;
      case 'if': {
        const test = yield* this.test(s.test);
        yield* this.statement(test ? s.then : s.otherwise);
        return;
      }
      case 'evaluate':
        yield* this.value(s.value);
        return;
      case 'assign':
        if ('name' in s.to) yield* this.assign(s.to.name, s.value);
        else {
          const value = yield* this.value(s.value);
          const to = yield* this.place(s.to);
          yield* store(this.cpu, this.state, target(this.state, to), value);
        }
        return;
      default:
        s satisfies never;
    }
  }

  private *assign(name: string, e: Expression): Op {
    const value = yield* this.value(e);
    this.state.registers.set(name, bitsOf(converted(this.state, value, this.names.variables.get(name)!)));
  }

  /** The value of an expression, from left to right. */
  private *value(e: Expression): Op<Value> {
    if ('number' in e) return { word: e.number.value, type: typeOfNumeral(e.number) };
    if ('name' in e) return this.named(e.name);
    if ('addressOf' in e) return yield* this.place(e.addressOf);
    if ('at' in e) {
      const from = yield* this.value(e.at);
      return yield* load(this.cpu, this.state, target(this.state, from));
    }
    if ('not' in e) {
      const test = yield* this.test(e.not);
      return truth(!test);
    }
    if ('cast' in e) {
      const value = yield* this.value(e.of);
      return converted(this.state, value, this.names.casts.get(e.cast)!);
    }
    if ('call' in e) return yield* this.call(e);
    if (e.op === '&&' || e.op === '||') return yield* this.logical(e.op, e.a, e.b);
    const a = yield* this.value(e.a);
    const b = yield* this.value(e.b);
    return computed(this.state, e.op, a, b);
  }

  private *test(e: Expression): Op<boolean> {
    const value = yield* this.value(e);
    return isTrueValue(value.type.is === 'void' ? converted(this.state, value, INT) : value);
  }

  /** The second operand is looked at only where the first does not decide (C11 6.5.13, 6.5.14). */
  private *logical(op: '&&' | '||', a: Expression, b: Expression): Op<Value> {
    const first = yield* this.test(a);
    if (first === (op === '||')) return truth(first);
    const second = yield* this.test(b);
    return truth(second);
  }

  private *call(e: Extract<Expression, { call: string }>): Op<Value> {
    const { args } = e;
    const { first, does } = PRIMITIVES[e.call]!;
    const values: Value[] = [];
    for (let i = 0; i < args.length; i++) {
      const value = yield* i === 0 && first === 'place' ? this.place(args[i]!) : this.value(args[i]!);
      values.push(value);
    }
    return yield* does(this.cpu, this.state, values, this.names.isLast(e));
  }

  private named(name: string): Value {
    const type = this.names.variables.get(name);
    if (type) return ofBits(this.state, this.state.registers.get(name) ?? 0n, type);
    return addressOf(this.state.displaced(name, 0n), this.names.parameters.get(name)!); // of an array its first element's
  }

  /** The address of a place: `*p` stands where p points to. */
  private *place(e: Expression): Op<Value> {
    return 'at' in e ? yield* this.value(e.at) : this.state.fail('something is used as a place that is none');
  }
}

let parser: peggy.Parser | undefined;
interface SyntaxProblem {
  readonly message: string;
  readonly location?: { readonly start: { readonly line: number; readonly column: number } };
}

function program(thread: Thread, _isa: string, where: (line: number, column: number) => string): Program {
  const { text, at } = thread.lines[0]!;
  parser ??= peggy.generate(BODY);
  try {
    const body = parser.parse(text, { number: readNumeral } as peggy.ParserOptions) as Statement;
    const names = checked(thread, body);
    return {
      accesses: accessesOf(names),
      registers: [...names.variables.keys()],
      register: (name) => {
        const type = names.variables.get(name);
        return type && { key: name, bits: type.bits, shift: 0, type };
      },
      run: (cpu, state) => new Running(cpu, state, names).statement(body),
    };
  } catch (error) {
    if (error instanceof Wrong)
      throw badLitmus(
        where(at.line, at.column),
        `P${thread.number}: ${error.message}`,
        'What is known of C stands in packages/litmus/README.md.',
      );
    const { message, location } = error as SyntaxProblem;
    if (!location) throw error;
    const { line, column } = location.start;
    throw badLitmus(
      where(at.line + line - 1, line === 1 ? at.column + column - 1 : column),
      message.replace(/\.$/, ''),
      'A function has declarations, assignments, if and calls of primitives; no loops.',
    );
  }
}

export const c: InstructionSet = {
  isas: ['C'],
  memory: 'tso',
  firstsIn: 'program',
  usual: INT,
  addressBits: () => 64,
  read: program,
};
