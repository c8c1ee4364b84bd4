/** Which local variables may still be read after each yield of a generator: backwards over its control flow. */
import type { Body, Local, Names } from './scopes.ts';
import { isRoutine, namesIn, parts, type Node, type Routine, type Yield } from './tree.ts';

/** Variables, and `this`. */
export type Live = ReadonlySet<Local | 'this'>;

const NOTHING: Live = new Set();
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
  const found = new Map<Yield, Live>();
  const { locals } = names;
  /** Read by functions that are declared inside: they may be called anywhere. */
  const declaredInside = new Set<Local | 'this'>();
  let targets: Target[] = [];
  let labels: string[] = [];

  const closure = (body: Body | undefined): Live =>
    body
      ? union(body.free, body.usesThis && body.node.type === 'ArrowFunctionExpression' ? new Set(['this']) : NOTHING)
      : NOTHING;
  const inTarget = <T>(target: Target, work: () => T): T => {
    const before = targets;
    targets = [...targets, target];
    const result = work();
    targets = before;
    return result;
  };
  const takeLabels = (): string[] => {
    const taken = labels;
    labels = [];
    return taken;
  };
  const backwards = (nodes: readonly Node[], out: Live): Live =>
    nodes.reduceRight((live, node) => before(node, live), out);

  /** A loop from its test on; `turn` is one turn of it, from what is live at its test to what is live before that. */
  const fixpoint = (turn: (atTest: Live) => Live): Live => {
    let live: Live = NOTHING;
    for (;;) {
      const next = union(live, turn(live));
      if (next.size === live.size) return live;
      live = next;
    }
  };

  /** What is live before a pattern takes its values. Variables it binds are overwritten. */
  function pattern(node: Node, out: Live): Live {
    const rest = without(
      out,
      namesIn(node).map((name) => locals.get(name)),
    );
    if (node.type === 'Identifier') return rest;
    if (node.type === 'MemberExpression') return backwards(parts(node), out);
    // Defaults and computed keys: read, in whatever order.
    return union(rest, reads(node));
  }
  /** Everything that is named in a node. */
  function reads(node: Node): Live {
    const local = locals.get(node);
    if (isRoutine(node)) return closure(names.bodies.get(node));
    return union(
      local ? new Set([local]) : NOTHING,
      node.type === 'ThisExpression' ? new Set(['this' as const]) : NOTHING,
      ...parts(node).map(reads),
    );
  }

  function before(node: Node, out: Live): Live {
    switch (node.type) {
      case 'Identifier': {
        const local = locals.get(node);
        return local ? union(out, new Set([local])) : out;
      }
      case 'ThisExpression':
      case 'Super':
        return union(out, new Set(['this' as const]));
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        return union(out, closure(names.bodies.get(node)));
      case 'FunctionDeclaration':
        for (const local of closure(names.bodies.get(node))) declaredInside.add(local);
        return out;
      case 'ClassDeclaration':
      case 'ClassExpression':
        return union(out, reads(node));
      case 'YieldExpression':
        found.set(node, union(found.get(node) ?? NOTHING, out));
        return node.argument ? before(node.argument, out) : out;
      case 'AssignmentExpression': {
        if (node.operator === '=')
          return node.left.type === 'MemberExpression'
            ? backwards([...parts(node.left), node.right], out)
            : before(node.right, pattern(node.left, out));
        const after = before(node.right, out);
        return before(node.left, ['||=', '&&=', '??='].includes(node.operator) ? union(after, out) : after);
      }
      case 'LogicalExpression':
        return before(node.left, union(before(node.right, out), out));
      case 'ConditionalExpression':
        return before(node.test, union(before(node.consequent, out), before(node.alternate, out)));
      case 'ChainExpression':
        return union(before(node.expression, out), out);

      case 'VariableDeclarator':
        if (!node.init)
          return without(
            out,
            namesIn(node.id).map((name) => locals.get(name)),
          );
        return before(node.init, pattern(node.id, out));
      case 'VariableDeclaration':
        return node.kind === 'var' && node.declarations.some((d) => !d.init)
          ? backwards(
              node.declarations.filter((d) => d.init),
              out,
            )
          : backwards(node.declarations, out);
      case 'IfStatement':
        return before(
          node.test,
          union(before(node.consequent, out), node.alternate ? before(node.alternate, out) : out),
        );
      case 'ReturnStatement':
      case 'ThrowStatement':
        return node.argument ? before(node.argument, NOTHING) : NOTHING;
      case 'LabeledStatement': {
        labels = [...labels, node.label.name];
        if (/^(For|While|DoWhile)/.test(node.body.type)) return before(node.body, out);
        return inTarget({ labels: takeLabels(), breaks: out, plain: false }, () => before(node.body, out));
      }
      case 'BreakStatement':
        return targets.findLast((t) => (node.label ? t.labels.includes(node.label.name) : t.plain))?.breaks ?? out;
      case 'ContinueStatement':
        return (
          targets.findLast((t) => t.continues !== undefined && (!node.label || t.labels.includes(node.label.name)))
            ?.continues ?? out
        );
      case 'ForStatement':
      case 'WhileStatement':
      case 'DoWhileStatement': {
        const named = takeLabels();
        const test = (live: Live): Live => {
          const leaves = node.test ? out : NOTHING;
          const goesOn = node.type === 'DoWhileStatement' ? live : turn(live);
          return node.test ? before(node.test, union(goesOn, leaves)) : goesOn;
        };
        // do: what is live at the test, when a turn comes after it
        const turn = (atTest: Live): Live => {
          const continues = node.type === 'ForStatement' && node.update ? before(node.update, atTest) : atTest;
          return inTarget({ labels: named, breaks: out, continues, plain: true }, () => before(node.body, continues));
        };
        if (node.type === 'DoWhileStatement') return turn(fixpoint((atTest) => test(turn(atTest))));
        const atTest = fixpoint(test);
        return node.type === 'ForStatement' && node.init ? before(node.init, atTest) : atTest;
      }
      case 'ForInStatement':
      case 'ForOfStatement': {
        const named = takeLabels();
        const left = (live: Live): Live =>
          node.left.type === 'VariableDeclaration'
            ? pattern(node.left.declarations[0]!.id, live)
            : pattern(node.left, live);
        const head = fixpoint((live) =>
          union(
            out,
            left(inTarget({ labels: named, breaks: out, continues: live, plain: true }, () => before(node.body, live))),
          ),
        );
        return before(node.right, union(head, out));
      }
      case 'SwitchStatement':
        return inTarget({ labels: takeLabels(), breaks: out, plain: true }, () => {
          let next = out;
          let all = out;
          for (const c of [...node.cases].reverse()) {
            next = backwards(c.consequent, next);
            all = union(all, next, c.test ? before(c.test, NOTHING) : NOTHING);
          }
          return before(node.discriminant, all);
        });
      case 'TryStatement': {
        // Which step throws is not known. `instrument` takes everything in sight for live in a function with `try`.
        const last = node.finalizer ? before(node.finalizer, out) : out;
        const handler = node.handler ? before(node.handler.body, last) : NOTHING;
        return union(before(node.block, last), handler, last);
      }
      default:
        return backwards(parts(node), out);
    }
  }

  backwards(routine.body.type === 'BlockStatement' ? routine.body.body : [], NOTHING);
  for (const [site, live] of found) found.set(site, union(live, declaredInside));
  return found;
}
