/** Rules that need to know types: a routine that is created and never run does nothing, and nothing says so. */
import { ESLintUtils } from '@typescript-eslint/utils';
import { noIteratorAcrossYield, noStateOutsideCells, noYieldInExpression } from './local-state.mjs';

const NAMES = ['Generator', 'AsyncGenerator', 'Op'];

const noFloatingGenerator = ESLintUtils.RuleCreator.withoutDocs({
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      floating: 'This routine is created but never run: write `yield*` before the call.',
      handed: 'This yields the routine itself instead of running it: write `yield*`.',
      truthy: 'A routine is always true: write `yield*` before the call, and test what it returns.',
    },
  },
  defaultOptions: [],
  create(context) {
    const services = ESLintUtils.getParserServices(context);

    const isRoutine = (type) =>
      type.isUnionOrIntersection()
        ? type.types.some(isRoutine)
        : NAMES.includes(type.symbol?.name) || NAMES.includes(type.aliasSymbol?.name);

    function check(node, messageId) {
      if (node && isRoutine(services.getTypeAtLocation(node))) context.report({ node, messageId });
    }

    /** Where the value of an expression statement is dropped. */
    function dropped(node) {
      switch (node.type) {
        case 'LogicalExpression':
          return dropped(node.right);
        case 'ConditionalExpression':
          dropped(node.consequent);
          return dropped(node.alternate);
        case 'SequenceExpression':
          return node.expressions.forEach(dropped);
        case 'ChainExpression':
        case 'TSNonNullExpression':
          return dropped(node.expression);
        case 'CallExpression':
        case 'Identifier':
        case 'MemberExpression':
          return check(node, 'floating');
        // `void gen()` says that it is meant, `x = gen()` keeps it, `yield` is looked at below
        default:
      }
    }

    const tested = (node) => check(node.test, 'truthy');
    return {
      ExpressionStatement: (node) => dropped(node.expression),
      YieldExpression: (node) => !node.delegate && check(node.argument, 'handed'),
      IfStatement: tested,
      WhileStatement: tested,
      DoWhileStatement: tested,
      ForStatement: tested,
      ConditionalExpression: tested,
      LogicalExpression: (node) => node.operator !== '??' && check(node.left, 'truthy'),
      'UnaryExpression[operator="!"]': (node) => check(node.argument, 'truthy'),
    };
  },
});

export default {
  meta: { name: 'shootdown', version: '0.1.0' },
  rules: {
    'no-floating-generator': noFloatingGenerator,
    'no-iterator-across-yield': noIteratorAcrossYield,
    'no-yield-in-expression': noYieldInExpression,
    'no-state-outside-cells': noStateOutsideCells,
  },
};
