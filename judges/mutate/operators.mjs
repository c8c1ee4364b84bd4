/**
 * Mistakes that people make, read off the syntax tree of a file: each is one edit of its text. What only words say (traces, citations,
 * messages) is left alone.
 */
import ts from 'typescript';

/** @typedef {{ operator: string, start: number, end: number, text: string, line: number, was: string }} Edit */

const { SyntaxKind: K } = ts;
const COMPARISONS = new Map([
  [K.LessThanToken, '<='],
  [K.LessThanEqualsToken, '<'],
  [K.GreaterThanToken, '>='],
  [K.GreaterThanEqualsToken, '>'],
  [K.EqualsEqualsEqualsToken, '!=='],
  [K.ExclamationEqualsEqualsToken, '==='],
]);
const OTHERS = new Map([
  [K.AmpersandAmpersandToken, ['and for or', '||']],
  [K.BarBarToken, ['and for or', '&&']],
  [K.PlusToken, ['plus for minus', '-']],
  [K.MinusToken, ['plus for minus', '+']],
  [K.AmpersandToken, ['wrong bits', '|']],
  [K.BarToken, ['wrong bits', '&']],
]);
/** A word of an enumeration, and the one it is taken for. */
const WORDS = new Map([
  ['pte', 'pmd'],
  ['pmd', 'pte'],
  ['pud', 'pmd'],
  ['range', 'none'],
  ['all', 'range'],
  ['none', 'range'],
  ['read', 'write'],
  ['write', 'read'],
  ['always', 'never'],
  ['never', 'always'],
  ['may', 'always'],
]);
/** Atomic operations, and what code does that only looks like them. `at` and `v` are the operands. */
const WEAKER = {
  xchg: (cpu, [at, v]) => `const was = yield* ${cpu}.load(${at}); yield* ${cpu}.store(${at}, ${v}); return was;`,
  cmpxchg: (cpu, [at, old, v]) =>
    `const was = yield* ${cpu}.load(${at}); if (was === (${old})) yield* ${cpu}.store(${at}, ${v}); return was;`,
  add: (cpu, [at, v]) => `const was = yield* ${cpu}.load(${at}); yield* ${cpu}.store(${at}, was + (${v}));`,
  add_return: (cpu, [at, v]) =>
    `const was = yield* ${cpu}.load(${at}); yield* ${cpu}.store(${at}, was + (${v})); return was + (${v});`,
  dec_and_test: (cpu, [at]) =>
    `const was = yield* ${cpu}.load(${at}); yield* ${cpu}.store(${at}, was - 1); return was === 1;`,
  inc_not_zero: (cpu, [at]) =>
    `const was = yield* ${cpu}.load(${at}); if (was === 0) return false; yield* ${cpu}.store(${at}, was + 1); return true;`,
  update: (cpu, [at, clear, set]) =>
    `const was = yield* ${cpu}.load(${at}); const left = was - (was & (${clear})); yield* ${cpu}.store(${at}, left + ((${set}) & ~left)); return was;`,
  or: (cpu, [at, v]) => `const was = yield* ${cpu}.load(${at}); yield* ${cpu}.store(${at}, was + ((${v}) & ~was));`,
  andnot: (cpu, [at, v]) => `const was = yield* ${cpu}.load(${at}); yield* ${cpu}.store(${at}, was - (was & (${v})));`,
};
/** Properties and functions that put things in words. */
const IN_WORDS = /^(tell|words|says|why|explain|claim|show\w*|title|notes?|entryBits|source)$/;
const CITES = /^(linux|cite|region|perCpu|perMm|perPage|perTable|limit|Mistake|Error)$/;

/**
 * Every mistake that may be made in a file.
 * @param {string} name of the file, for the parser
 * @param {string} text TypeScript
 * @returns {Edit[]} in the order of the text
 */
export function mistakesIn(name, text) {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true);
  /** @type {Edit[]} */
  const edits = [];
  const textOf = (node) => text.slice(node.getStart(file), node.end);
  const replace = (operator, node, by) =>
    edits.push({
      operator,
      start: node.getStart(file),
      end: node.end,
      text: by,
      line: file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1,
      was: textOf(node),
    });
  const siblings = regionsIn(file);

  const visit = (node, inCode) => {
    if (isWords(node)) return;
    if (inCode) look(node);
    const code = inCode || ts.isFunctionLike(node) || ts.isVariableStatement(node) || ts.isPropertyAssignment(node);
    ts.forEachChild(node, (child) => visit(child, code));
  };

  function look(node) {
    if (ts.isBlock(node) || ts.isSourceFile(node)) neighbours(node.statements);
    if (
      ts.isExpressionStatement(node) ||
      (ts.isIfStatement(node) && !node.elseStatement && !endsIn(node.thenStatement))
    )
      replace('drop statement', node, ';');
    if (ts.isIfStatement(node) || ts.isWhileStatement(node))
      replace('negate', node.expression, `!(${textOf(node.expression)})`);
    if (ts.isConditionalExpression(node)) replace('negate', node.condition, `!(${textOf(node.condition)})`);
    if (ts.isBinaryExpression(node)) binary(node);
    if (ts.isPrefixUnaryExpression(node) && (node.operator === K.ExclamationToken || node.operator === K.TildeToken))
      replace(node.operator === K.TildeToken ? 'wrong bits' : 'negate', node, `(${textOf(node.operand)})`);
    if (ts.isNumericLiteral(node) && !isIndexType(node)) replace('off by one', node, `(${node.text} + 1)`);
    if (node.kind === K.TrueKeyword || node.kind === K.FalseKeyword)
      replace('true for false', node, node.kind === K.TrueKeyword ? 'false' : 'true');
    if (
      ts.isStringLiteral(node) &&
      WORDS.has(node.text) &&
      !ts.isLiteralTypeNode(node.parent) &&
      !ts.isPropertyName(node.parent)
    )
      replace('wrong level or kind', node, `'${WORDS.get(node.text)}'`);
    if (ts.isArrayLiteralExpression(node)) node.elements.forEach((element) => dropFrom(node.elements, element));
    if (ts.isCallExpression(node)) call(node);
    if (ts.isPropertyAccessExpression(node) && /^(step\.cpu|cpu\.id)$/.test(textOf(node)))
      replace('wrong CPU', node, `(${textOf(node)} ^ 1)`);
  }

  function binary(node) {
    const { kind } = node.operatorToken;
    if (COMPARISONS.has(kind)) replace('comparison', node.operatorToken, COMPARISONS.get(kind));
    const other = OTHERS.get(kind);
    if (
      other &&
      !(
        kind === K.PlusToken &&
        [node.left, node.right].some((side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side))
      )
    )
      replace(other[0], node.operatorToken, other[1]);
  }

  function neighbours(statements) {
    for (let i = 0; i + 1 < statements.length; i++) {
      const [a, b] = [statements[i], statements[i + 1]];
      if (!ts.isExpressionStatement(a) || !ts.isExpressionStatement(b) || textOf(a) === textOf(b)) continue;
      edits.push({
        operator: 'swap neighbours',
        start: a.getStart(file),
        end: b.end,
        text: `${textOf(b)}\n${textOf(a)}`,
        line: file.getLineAndCharacterOfPosition(a.getStart(file)).line + 1,
        was: `${textOf(a)} ${textOf(b)}`,
      });
    }
  }

  function dropFrom(all, element) {
    if (all.length === 0) return;
    replace('drop element', element, ts.isSpreadElement(element) ? '...[]' : '...([] as never[])');
  }

  function call(node) {
    const called = textOf(node.expression);
    const method = called.split('.').at(-1);
    if (/^(allOf|someOf)$/.test(called)) node.arguments.forEach((part) => replace('missing condition', part, '...[]'));
    const weaker = WEAKER[method];
    if (weaker && /(^|\.)cpu\.\w+$/.test(called) && node.arguments.length >= 1)
      replace(
        'weaker atomic',
        node,
        `(function* (this: any): any { ${weaker(called.slice(0, -method.length - 1), node.arguments.map(textOf))} }).call(this)`,
      );
    if (/Cells\.|^hw\.|^ghosts\.|^guest\./.test(called)) {
      if (node.arguments.length === 2 && textOf(node.arguments[0]) !== textOf(node.arguments[1]))
        replace('wrong cell', node, `${called}(${textOf(node.arguments[1])}, ${textOf(node.arguments[0])})`);
      const others = [...(siblings.get(`${called.split('.')[0]} ${node.arguments.length}`) ?? [])].sort();
      const next = others[(others.indexOf(method) + 1) % others.length];
      if (next !== undefined && next !== method)
        replace('wrong cell', node.expression, `${called.split('.')[0]}.${next}`);
    }
  }

  visit(file, false);
  return unique(edits, text).sort((a, b) => a.start - b.start || a.end - b.end);

  function isWords(node) {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isDecorator(node))
      return true;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isThrowStatement(node)) return true;
    if (ts.isTemplateExpression(node)) return true;
    if (
      (ts.isPropertyAssignment(node) || ts.isMethodDeclaration(node)) &&
      ts.isIdentifier(node.name) &&
      IN_WORDS.test(node.name.text)
    )
      return true;
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && IN_WORDS.test(node.name.text)) return true;
    return (ts.isCallExpression(node) || ts.isNewExpression(node)) && CITES.test(textOf(node.expression));
  }
}

/** Names of cells that a file calls, by what they belong to and how many indices they take: one may be taken for another. */
function regionsIn(file) {
  const found = new Map();
  const visit = (node) => {
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      ts.isIdentifier(node.expression.expression)
    ) {
      const key = `${node.expression.expression.text} ${node.arguments.length}`;
      found.set(key, (found.get(key) ?? new Set()).add(node.expression.name.text));
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** Code after it is left out with it: to drop it is another mistake. */
const endsIn = (statement) =>
  ts.isThrowStatement(statement) || (ts.isBlock(statement) && statement.statements.some(ts.isThrowStatement));
const isIndexType = (node) => ts.isLiteralTypeNode(node.parent);

/** Edits that leave another text, each once. */
function unique(edits, text) {
  const seen = new Set([text]);
  return edits.filter(({ start, end, text: by }) => {
    const made = text.slice(0, start) + by + text.slice(end);
    return !seen.has(made) && seen.add(made);
  });
}
