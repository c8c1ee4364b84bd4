/** What an expression has computed and still needs when it comes to a yield: values that no variable holds. */
import type { Node } from './tree.ts';

/** Values that can be computed again from names: those names; else why not. */
export type Waiting = { readonly names: readonly Node[] } | { readonly problem: string };

/**
 * @param way the nodes around a yield, the function first, the yield last
 */
export function waitingAt(way: readonly Node[]): Waiting {
  const names: Node[] = [];
  for (let i = way.length - 2; i >= 0; i--) {
    const waits = valuesBefore(way[i]!, way[i + 1]!);
    if (typeof waits === 'string') return { problem: waits };
    for (const value of waits) {
      const again = recomputed(value);
      if (again === undefined)
        return { problem: `it yields inside an expression that has computed a part of itself (${value.type})` };
      names.push(...again);
    }
  }
  return { names };
}

/** Parts of `node` that were evaluated before its part `child`, and are used after it. */
function valuesBefore(node: Node, child: Node): readonly Node[] | string {
  switch (node.type) {
    case 'ForOfStatement':
    case 'ForInStatement':
      return child === node.right ? [] : 'it keeps an iterator across a yield (for..of, for..in)';
    case 'BinaryExpression':
      return child === node.right ? [node.left] : [];
    case 'AssignmentExpression':
      if (child === node.left) return [];
      if (node.left.type === 'MemberExpression')
        return [
          node.left.object,
          ...(node.left.computed ? [node.left.property] : []),
          ...(node.operator === '=' ? [] : [node.left]),
        ];
      return node.operator === '=' || /^(\|\||&&|\?\?)=$/.test(node.operator) ? [] : [node.left];
    case 'CallExpression':
    case 'NewExpression': {
      if (child === node.callee) return [];
      const callee =
        node.callee.type === 'MemberExpression' && !node.callee.computed ? node.callee.object : node.callee;
      return [callee, ...node.arguments.slice(0, node.arguments.indexOf(child as never))];
    }
    case 'MemberExpression':
      return child === node.object ? [] : [node.object];
    case 'ArrayExpression':
      return node.elements.slice(0, node.elements.indexOf(child as never)).filter((e) => e !== null);
    case 'ObjectExpression':
      return node.properties
        .slice(0, node.properties.indexOf(child as never))
        .map((p) => (p.type === 'Property' && !p.computed ? p.value : p));
    case 'Property':
      return node.computed && child === node.value ? [node.key] : [];
    case 'TemplateLiteral':
      return node.expressions.slice(0, node.expressions.indexOf(child as never));
    case 'SwitchCase':
      return child === node.test ? 'it yields in the test of a case' : [];
    case 'TaggedTemplateExpression':
    case 'ClassBody':
    case 'ObjectPattern':
    case 'ArrayPattern':
    case 'AssignmentPattern':
      return `it yields inside a ${node.type}`;
    default:
      return [];
  }
}

function recomputed(value: Node): Node[] | undefined {
  switch (value.type) {
    case 'Identifier':
    case 'ThisExpression':
      return [value];
    case 'Literal':
    case 'Super':
      return [];
    case 'UnaryExpression':
      return value.argument.type === 'Literal' ? [] : undefined;
    default:
      return undefined;
  }
}
