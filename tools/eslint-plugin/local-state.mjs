/**
 * Rules for code that the explorer runs: what it remembers across a step must be in its variables, where it can be seen.
 * They hold in routines, which are generator functions.
 */

const KEEPS_NOTHING = new Set(['Literal', 'Identifier', 'ThisExpression', 'Super', 'TemplateElement']);

/** The function around a node, and the nodes between, innermost first. */
function wayOut(node) {
  const way = [];
  let at = node;
  for (; at.parent && !/Function/.test(at.type); at = at.parent) way.push(at);
  return { routine: at, way };
}

const isRoutine = (node) => /Function/.test(node.type) && node.generator && !node.async;

/** Values of `parent` that were computed before its part `child`, and are used after it. */
function computedBefore(parent, child) {
  switch (parent.type) {
    case 'BinaryExpression':
      return child === parent.right ? [parent.left] : [];
    case 'CallExpression':
    case 'NewExpression':
      if (child === parent.callee) return [];
      return [parent.callee, ...parent.arguments.slice(0, parent.arguments.indexOf(child))];
    case 'ArrayExpression':
      return parent.elements.slice(0, parent.elements.indexOf(child)).filter(Boolean);
    case 'ObjectExpression':
      return parent.properties
        .slice(0, parent.properties.indexOf(child))
        .map((property) => (property.type === 'Property' && !property.computed ? property.value : property));
    case 'TemplateLiteral':
      return parent.expressions.slice(0, parent.expressions.indexOf(child));
    case 'MemberExpression':
      return child === parent.property ? [parent.object] : [];
    case 'AssignmentExpression':
      if (child === parent.left || /^(\|\||&&|\?\?)=$/.test(parent.operator)) return [];
      return parent.left.type === 'MemberExpression'
        ? [parent.left.object, ...(parent.operator === '=' ? [] : [parent.left])]
        : [];
    default:
      return [];
  }
}

/** Can the value be had again from names that do not change meanwhile? `cpu.load` can: methods of an object stay. */
function isAtHand(value, asCallee) {
  if (value.type.startsWith('TS') && value.expression) return isAtHand(value.expression, asCallee);
  if (KEEPS_NOTHING.has(value.type)) return true;
  if (value.type === 'UnaryExpression') return value.argument.type === 'Literal';
  return asCallee && value.type === 'MemberExpression' && !value.computed && isAtHand(value.object, false);
}

const rule = (messages, create) => ({ meta: { type: 'problem', schema: [], messages }, create });

/** No iterator across a step. */
export const noIteratorAcrossYield = rule(
  { iterator: 'This loop keeps an iterator across a step, which the explorer cannot see: count with an index.' },
  (context) => ({
    YieldExpression(node) {
      const { routine, way } = wayOut(node);
      if (!isRoutine(routine)) return;
      way.forEach((at, i) => {
        if (/^For(Of|In)Statement$/.test(at.type) && at.right !== way[i - 1])
          context.report({ node: at, messageId: 'iterator' });
      });
    },
  }),
);

/** No step in the middle of an expression. */
export const noYieldInExpression = rule(
  {
    waiting:
      'The expression has computed a part of itself before this step, which the explorer cannot see: give that part, or the result of the step, a name first.',
  },
  (context) => ({
    YieldExpression(node) {
      const { routine, way } = wayOut(node);
      if (!isRoutine(routine)) return;
      for (let i = 1; i < way.length; i++) {
        const values = computedBefore(way[i], way[i - 1]);
        if (values.some((value) => !isAtHand(value, value === way[i].callee))) {
          context.report({ node, messageId: 'waiting' });
          return;
        }
      }
    },
  }),
);

/** No state outside of cells and local variables. */
export const noStateOutsideCells = rule(
  {
    field:
      'A routine must not change `this`: the explorer does not see fields. Keep it in a cell, or in a local variable.',
    outer:
      '`{{name}}` lives outside of this routine, where the explorer does not see it change. Keep it in a cell, or in a local variable.',
  },
  (context) => {
    const routineAround = (node) => {
      let { routine } = wayOut(node);
      // a function that a routine made belongs to it
      while (routine.parent && !isRoutine(routine)) routine = wayOut(routine.parent).routine;
      return isRoutine(routine) ? routine : undefined;
    };
    const changes = (target, node) => {
      const routine = routineAround(node);
      if (!routine) return;
      if (target.type === 'MemberExpression') {
        let root = target;
        while (root.type === 'MemberExpression') root = root.object;
        if (root.type === 'ThisExpression') context.report({ node, messageId: 'field' });
        else if (root.type === 'Identifier') outside(root, routine, node, 'module');
      } else if (target.type === 'Identifier') outside(target, routine, node, 'any');
      else if (target.type === 'ArrayPattern') target.elements.forEach((element) => element && changes(element, node));
      else if (target.type === 'ObjectPattern')
        target.properties.forEach((property) => changes(property.value ?? property.argument, node));
    };
    /** A record of a caller may be changed: it is in the caller's variables. One of the module may not. */
    const outside = (name, routine, node, which) => {
      for (let scope = context.sourceCode.getScope(name); scope; scope = scope.upper) {
        const variable = scope.set.get(name.name);
        if (!variable) continue;
        const owner = variable.scope.variableScope;
        const isInside =
          owner.block.range[0] >= routine.range[0] &&
          owner.block.range[1] <= routine.range[1] &&
          !/module|global/.test(owner.type);
        if (!isInside && (which === 'any' || /module|global/.test(owner.type)))
          context.report({ node, messageId: 'outer', data: { name: name.name } });
        return;
      }
    };
    return {
      AssignmentExpression: (node) => changes(node.left, node),
      UpdateExpression: (node) => changes(node.argument, node),
      'UnaryExpression[operator="delete"]': (node) => changes(node.argument, node),
    };
  },
);
