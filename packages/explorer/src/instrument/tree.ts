/** Walking a syntax tree without knowing every kind of node. */
import type { AnyNode } from 'acorn';

export type Node = AnyNode;
export type Routine = Extract<Node, { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }>;
export type Yield = Extract<Node, { type: 'YieldExpression' }>;
export type Name = Extract<Node, { type: 'Identifier' }>;

const isNode = (value: unknown): value is Node =>
  typeof (value as Node | null)?.type === 'string' && typeof (value as Node).start === 'number';

export const isRoutine = (node: Node): node is Routine =>
  node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression';

/** The parts of a node that are evaluated or declare something, in source order. Names of properties and labels are neither. */
export function parts(node: Node): Node[] {
  switch (node.type) {
    case 'MemberExpression':
      return node.computed ? [node.object, node.property] : [node.object];
    case 'Property':
      // In a pattern or a literal `{ a }` key and value are one node.
      return node.computed ? [node.key, node.value] : [node.value];
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return [...(node.computed ? [node.key] : []), ...(node.value ? [node.value] : [])];
    case 'LabeledStatement':
      return [node.body];
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
    case 'ExportAllDeclaration':
    case 'ImportDeclaration':
      return [];
    case 'ExportNamedDeclaration':
      return node.declaration ? [node.declaration] : [];
    case 'TemplateLiteral':
      return node.expressions;
    default:
      return Object.values(node).flatMap((value: unknown) =>
        Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
      );
  }
}

/** Names that a pattern binds or assigns. */
export function namesIn(pattern: Node): Name[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern];
    case 'ObjectPattern':
      return pattern.properties.flatMap((p) => namesIn(p.type === 'Property' ? p.value : p.argument));
    case 'ArrayPattern':
      return pattern.elements.flatMap((e) => (e ? namesIn(e) : []));
    case 'AssignmentPattern':
      return namesIn(pattern.left);
    case 'RestElement':
      return namesIn(pattern.argument);
    default:
      return [];
  }
}
