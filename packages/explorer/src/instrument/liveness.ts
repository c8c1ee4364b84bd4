/** Live variable analysis: which local variables may still be read after each yield of a generator. Backwards over its control flow. */
import type { Body, Local, Names } from './scopes.ts';
import { isRoutine, namesIn, parts, type Node, type Routine, type Yield } from './tree.ts';

/** Variables, and `this`. */
export type Live = ReadonlySet<Local | 'this'>;

type Of<T extends Node['type']> = Extract<Node, { type: T }>;
type Loop = Of<'ForStatement' | 'WhileStatement' | 'DoWhileStatement'>;
type Iteration = Of<'ForInStatement' | 'ForOfStatement'>;

const NOTHING: Live = new Set();
const THIS: Live = new Set(['this' as const]);
const union = (...sets: readonly Live[]): Live => new Set(sets.flatMap((set) => [...set]));
const without = (live: Live, gone: readonly (Local | undefined)[]): Live =>
  new Set([...live].filter((x) => !gone.includes(x as Local)));

/** Where `break` and `continue` lead. */
interface Target {
  readonly labels: readonly string[];
  readonly breaks: Live;
  /** Absent: `continue` does not stop here. */
  continues?: Live;
  /** A plain `break` stops here. */
  readonly plain: boolean;
}

/** @returns per yield of the routine itself (not of functions inside it), what may be read after it */
export function liveAfter(routine: Routine, names: Names): Map<Yield, Live> {
  return new Liveness(names).of(routine);
}

/** A loop from its test on; `turn` is one turn of it, from what is live at its test to what is live before that. */
function fixpoint(turn: (atTest: Live) => Live): Live {
  let live: Live = NOTHING;
  for (;;) {
    const next = union(live, turn(live));
    if (next.size === live.size) return live;
    live = next;
  }
}

/** Walks one routine backwards. Each method is given what is live after a node, and returns what is live before it. */
class Liveness {
  private readonly found = new Map<Yield, Live>();
  /** Read by functions that are declared inside: they may be called anywhere. */
  private readonly declaredInside = new Set<Local | 'this'>();
  private targets: Target[] = [];
  private labels: string[] = [];

  constructor(private readonly names: Names) {}

  of(routine: Routine): Map<Yield, Live> {
    this.backwards(routine.body.type === 'BlockStatement' ? routine.body.body : [], NOTHING);
    for (const [site, live] of this.found) this.found.set(site, union(live, this.declaredInside));
    return this.found;
  }

  private backwards(nodes: readonly Node[], out: Live): Live {
    return nodes.reduceRight((live, node) => this.before(node, live), out);
  }

  private before(node: Node, out: Live): Live {
    switch (node.type) {
      case 'IfStatement':
        return this.before(
          node.test,
          union(this.before(node.consequent, out), node.alternate ? this.before(node.alternate, out) : out),
        );
      case 'ReturnStatement':
      case 'ThrowStatement':
        return node.argument ? this.before(node.argument, NOTHING) : NOTHING;
      case 'LabeledStatement':
        this.labels = [...this.labels, node.label.name];
        if (/^(For|While|DoWhile)/.test(node.body.type)) return this.before(node.body, out);
        return this.inTarget({ labels: this.takeLabels(), breaks: out, plain: false }, () =>
          this.before(node.body, out),
        );
      case 'BreakStatement':
      case 'ContinueStatement':
        return this.jump(node, out);
      case 'ForStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
        return this.loop(node, out);
      case 'ForInStatement':
      case 'ForOfStatement':
        return this.iteration(node, out);
      case 'SwitchStatement':
        return this.inTarget({ labels: this.takeLabels(), breaks: out, plain: true }, () => this.cases(node, out));
      case 'TryStatement': {
        // Which step throws is not known. `instrument` takes everything in sight for live in a function with `try`.
        const last = node.finalizer ? this.before(node.finalizer, out) : out;
        const handler = node.handler ? this.before(node.handler.body, last) : NOTHING;
        return union(this.before(node.block, last), handler, last);
      }
      default:
        return this.beforeExpression(node, out);
    }
  }

  private beforeExpression(node: Node, out: Live): Live {
    const { names } = this;
    switch (node.type) {
      case 'Identifier': {
        const local = names.locals.get(node);
        return local ? union(out, new Set([local])) : out;
      }
      case 'ThisExpression':
      case 'Super':
        return union(out, THIS);
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return union(out, closure(names.bodies.get(node)));
      case 'FunctionDeclaration':
        for (const local of closure(names.bodies.get(node))) this.declaredInside.add(local);
        return out;
      case 'ClassDeclaration':
      case 'ClassExpression':
        return union(out, this.reads(node));
      case 'YieldExpression':
        this.found.set(node, union(this.found.get(node) ?? NOTHING, out));
        return node.argument ? this.before(node.argument, out) : out;
      case 'AssignmentExpression':
        return this.assignment(node, out);
      case 'LogicalExpression':
        return this.before(node.left, union(this.before(node.right, out), out));
      case 'ConditionalExpression':
        return this.before(node.test, union(this.before(node.consequent, out), this.before(node.alternate, out)));
      case 'ChainExpression':
        return union(this.before(node.expression, out), out);
      case 'VariableDeclarator':
        return node.init ? this.before(node.init, this.pattern(node.id, out)) : without(out, this.localsIn(node.id));
      case 'VariableDeclaration':
        return this.backwards(
          // A `var` without a value keeps the one it has.
          node.kind === 'var' ? node.declarations.filter((d) => d.init) : node.declarations,
          out,
        );
      default:
        return this.backwards(parts(node), out);
    }
  }

  private assignment(node: Of<'AssignmentExpression'>, out: Live): Live {
    if (node.operator === '=')
      return node.left.type === 'MemberExpression'
        ? this.backwards([...parts(node.left), node.right], out)
        : this.before(node.right, this.pattern(node.left, out));
    const after = this.before(node.right, out);
    return this.before(node.left, ['||=', '&&=', '??='].includes(node.operator) ? union(after, out) : after);
  }

  /** What is live before a pattern takes its values. Variables it binds are overwritten. */
  private pattern(node: Node, out: Live): Live {
    const rest = without(out, this.localsIn(node));
    if (node.type === 'Identifier') return rest;
    if (node.type === 'MemberExpression') return this.backwards(parts(node), out);
    // Defaults and computed keys: read, in whatever order.
    return union(rest, this.reads(node));
  }

  private localsIn(pattern: Node): (Local | undefined)[] {
    return namesIn(pattern).map((name) => this.names.locals.get(name));
  }

  /** Everything that is named in a node. */
  private reads(node: Node): Live {
    const local = this.names.locals.get(node);
    if (isRoutine(node)) return closure(this.names.bodies.get(node));
    return union(
      local ? new Set([local]) : NOTHING,
      node.type === 'ThisExpression' ? THIS : NOTHING,
      ...parts(node).map((part) => this.reads(part)),
    );
  }

  private jump(node: Of<'BreakStatement' | 'ContinueStatement'>, out: Live): Live {
    const { targets } = this;
    if (node.type === 'BreakStatement')
      return targets.findLast((t) => (node.label ? t.labels.includes(node.label.name) : t.plain))?.breaks ?? out;
    return (
      targets.findLast((t) => t.continues !== undefined && (!node.label || t.labels.includes(node.label.name)))
        ?.continues ?? out
    );
  }

  private loop(node: Loop, out: Live): Live {
    const labels = this.takeLabels();
    const test = (live: Live): Live => {
      const leaves = node.test ? out : NOTHING;
      const goesOn = node.type === 'DoWhileStatement' ? live : turn(live);
      return node.test ? this.before(node.test, union(goesOn, leaves)) : goesOn;
    };
    // do: what is live at the test, when a turn comes after it
    const turn = (atTest: Live): Live => {
      const continues = node.type === 'ForStatement' && node.update ? this.before(node.update, atTest) : atTest;
      return this.inTarget({ labels, breaks: out, continues, plain: true }, () => this.before(node.body, continues));
    };
    if (node.type === 'DoWhileStatement') return turn(fixpoint((atTest) => test(turn(atTest))));
    const atTest = fixpoint(test);
    return node.type === 'ForStatement' && node.init ? this.before(node.init, atTest) : atTest;
  }

  private iteration(node: Iteration, out: Live): Live {
    const labels = this.takeLabels();
    const { left } = node;
    const takes = left.type === 'VariableDeclaration' ? left.declarations[0]!.id : left;
    const head = fixpoint((live) => {
      const turn = this.inTarget({ labels, breaks: out, continues: live, plain: true }, () =>
        this.before(node.body, live),
      );
      return union(out, this.pattern(takes, turn));
    });
    return this.before(node.right, union(head, out));
  }

  private cases(node: Of<'SwitchStatement'>, out: Live): Live {
    let next = out;
    let all = out;
    for (const c of [...node.cases].reverse()) {
      next = this.backwards(c.consequent, next);
      all = union(all, next, c.test ? this.before(c.test, NOTHING) : NOTHING);
    }
    return this.before(node.discriminant, all);
  }

  private inTarget<T>(target: Target, work: () => T): T {
    const before = this.targets;
    this.targets = [...before, target];
    const result = work();
    this.targets = before;
    return result;
  }

  private takeLabels(): string[] {
    const taken = this.labels;
    this.labels = [];
    return taken;
  }
}

/** What a function inside reads of the functions around it. */
const closure = (body: Body | undefined): Live =>
  body ? union(body.free, body.usesThis && body.node.type === 'ArrowFunctionExpression' ? THIS : NOTHING) : NOTHING;
