/** What a compiler would say about a function before it runs: names, arguments, types. */
import { didYouMean } from '@shootdown/core';
import { PRIMITIVES } from './c-primitives.ts';
import { partsOf, type Expression, type Statement } from './c-tree.ts';
import type { Access } from './instruction-set.ts';
import type { Thread } from './litmus-test.ts';
import { readType, type Type } from './types.ts';

/** What the names of a function stand for. */
export interface Names {
  /** Types of variables. Blocks beside each other may have one of the same name. */
  readonly variables: ReadonlyMap<string, Type>;
  /** Types of the locations whose addresses it is given. */
  readonly parameters: ReadonlyMap<string, Type>;
  /** By the text of a cast. */
  readonly casts: ReadonlyMap<string, Type>;
  /** Calls behind which the function touches no memory any more. There are no loops: what stands behind in the text is all that can come. */
  isLast(call: Expression): boolean;
}

/** Thrown by the check, with what is wrong. */
export class Wrong extends Error {}

const suggestion = (name: string, known: Iterable<string>): string => {
  const near = didYouMean(name, known);
  return near === undefined ? '' : `: did you mean ${near}?`;
};
const typeOf = (text: string): Type => {
  const type = readType(text);
  if (typeof type === 'string') throw new Wrong(type);
  return type;
};

/** Walks through a function in the order of its text. */
class Check implements Names {
  readonly variables = new Map<string, Type>();
  readonly parameters = new Map<string, Type>();
  readonly casts = new Map<string, Type>();
  /** How many accesses of memory stand in the text, and how many of them before each call. */
  private readonly before = new Map<Expression, number>();
  private accesses = 0;
  /** Variables that may be named here, block by block. */
  private readonly scopes: Set<string>[] = [];

  constructor(thread: Thread) {
    for (const { name, type } of thread.parameters) {
      if (this.parameters.has(name)) throw new Wrong(`there are two parameters ${name}`);
      const to = typeOf(type).to;
      if (!to) throw new Wrong(`${name} is no pointer`);
      this.parameters.set(name, to);
    }
  }

  statement(s: Statement): void {
    if (s.do === 'block') {
      this.scopes.push(new Set());
      s.statements.forEach((one) => this.statement(one));
      this.scopes.pop();
    } else if (s.do === 'declare')
      s.variables.forEach(({ name, type, value }) => this.declare(name, typeOf(type), value));
    else if (s.do === 'if') {
      this.expression(s.test);
      this.statement(s.then);
      this.statement(s.otherwise);
    } else {
      this.expression(s.value);
      if (s.do === 'assign') this.place(s.to, 'variables too');
      if (s.do === 'assign' && 'at' in s.to) this.accesses++;
    }
  }

  private declare(name: string, type: Type, value: Expression | undefined): void {
    const known = this.variables.get(name);
    if (this.parameters.has(name)) throw new Wrong(`${name} is a parameter already`);
    if (this.isVariable(name)) throw new Wrong(`${name} is declared twice`);
    if (known && known.name !== type.name)
      throw new Wrong(
        `${name} is ${known.name} in one block and ${type.name} in another: a condition could not tell which it speaks of`,
      );
    if (type.is === 'void' || type.is === 'lock' || type.is === 'srcu')
      throw new Wrong(`a variable of a thread cannot be ${type.name}`);
    // Its own first value may name it already (C11 6.2.1).
    this.variables.set(name, type);
    this.scopes.at(-1)!.add(name);
    if (value) this.expression(value);
  }

  private expression(e: Expression): void {
    if ('cast' in e) this.casts.set(e.cast, typeOf(e.cast));
    if ('name' in e && !this.isVariable(e.name) && !this.parameters.has(e.name)) throw this.unknown(e.name);
    if ('at' in e) this.accesses++;
    if ('addressOf' in e) this.place(e.addressOf, 'memory alone');
    else if ('call' in e) this.call(e);
    else partsOf(e).forEach((part) => this.expression(part));
  }

  private call(e: Extract<Expression, { call: string }>): void {
    const { call: name, args } = e;
    if (!Object.hasOwn(PRIMITIVES, name))
      throw new Wrong(`${name}() is not known${suggestion(name, Object.keys(PRIMITIVES))}`);
    const { takes, first } = PRIMITIVES[name]!;
    if (args.length !== takes) throw new Wrong(`${name}() takes ${takes} arguments, and is given ${args.length}`);
    this.before.set(e, this.accesses);
    if (takes > 0) this.accesses++;
    args.forEach((arg, i) => (i === 0 && first === 'place' ? this.place(arg, 'memory alone') : this.expression(arg)));
  }

  /** Something that is assigned to, or whose address is taken. */
  private place(e: Expression, may: 'variables too' | 'memory alone'): void {
    if ('at' in e) {
      this.expression(e.at);
      return;
    }
    const name = 'name' in e ? e.name : undefined;
    if (name !== undefined && this.parameters.has(name))
      throw new Wrong(`${name} is the address of a location: the location is *${name}`);
    if (name !== undefined && !this.isVariable(name)) throw this.unknown(name);
    if (name === undefined) throw new Wrong('something is used as a place that is none');
    if (may === 'memory alone') throw new Wrong(`${name} is a variable of the thread, which has no address here`);
  }

  isLast = (call: Expression): boolean => this.before.get(call) === this.accesses;
  private isVariable = (name: string): boolean => this.scopes.some((scope) => scope.has(name));
  private unknown = (name: string): Wrong =>
    new Wrong(
      `${name} is neither a variable nor a parameter here${suggestion(name, [...this.variables.keys(), ...this.parameters.keys()])}`,
    );
}

/**
 * @returns what its names stand for
 * @throws Wrong with what a compiler would refuse
 */
export function checked(thread: Thread, body: Statement): Names {
  const check = new Check(thread);
  check.statement(body);
  return check;
}

/** Locations that a function is given. */
export const accessesOf = ({ parameters }: Names): Access[] =>
  [...parameters].map(([location, type]) => ({ location, type }));
