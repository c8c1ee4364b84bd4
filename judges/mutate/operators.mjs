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
const IN_WORDS = /^(commit|tell|words|says|why|explain|claim|show\w*|title|notes?|entryBits|source)$/;
const CITES = /^(linux|cite|region|perCpu|perMm|perPage|perTable|limit|Mistake|Error)$/;

/**
 * Every mistake that may be made in a file.
 * @param {string} name of the file, for the parser
 * @param {string} text TypeScript
 * @returns {Edit[]} in the order of the text
 */
export function mistakesIn(name, text) {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true);
  const found = new Mistakes(file, text);
  found.visit(file, false);
  return unique(found.edits, text).sort((a, b) => a.start - b.start || a.end - b.end);
}

class Mistakes {
  /** @type {Edit[]} */
  edits = [];
  constructor(file, text) {
    this.file = file;
    this.text = text;
    this.siblings = regionsIn(file);
  }

  textOf(node) {
    return this.text.slice(node.getStart(this.file), node.end);
  }

  replace(operator, node, by, end = node.end) {
    const start = node.getStart(this.file);
    const line = this.file.getLineAndCharacterOfPosition(start).line + 1;
    this.edits.push({ operator, start, end, text: by, line, was: this.text.slice(start, end) });
  }

  visit(node, inCode) {
    if (this.isWords(node)) return;
    if (inCode) {
      this.statement(node);
      this.expression(node);
    }
    const code = inCode || ts.isFunctionLike(node) || ts.isVariableStatement(node) || ts.isPropertyAssignment(node);
    ts.forEachChild(node, (child) => this.visit(child, code));
  }

  statement(node) {
    if (ts.isBlock(node) || ts.isSourceFile(node)) this.neighbours(node.statements);
    if (
      ts.isExpressionStatement(node) ||
      (ts.isIfStatement(node) && !node.elseStatement && !endsIn(node.thenStatement))
    )
      this.replace('drop statement', node, ';');
    if (ts.isIfStatement(node) || ts.isWhileStatement(node)) this.negate(node.expression);
  }

  expression(node) {
    if (ts.isConditionalExpression(node)) this.negate(node.condition);
    if (ts.isBinaryExpression(node)) this.binary(node);
    if (ts.isPrefixUnaryExpression(node) && (node.operator === K.ExclamationToken || node.operator === K.TildeToken))
      this.replace(node.operator === K.TildeToken ? 'wrong bits' : 'negate', node, `(${this.textOf(node.operand)})`);
    if (ts.isNumericLiteral(node) && !ts.isLiteralTypeNode(node.parent))
      this.replace('off by one', node, `(${node.text} + 1)`);
    if (node.kind === K.TrueKeyword) this.replace('true for false', node, 'false');
    if (node.kind === K.FalseKeyword) this.replace('true for false', node, 'true');
    if (ts.isStringLiteral(node) && WORDS.has(node.text))
      this.replace('wrong level or kind', node, `'${WORDS.get(node.text)}'`);
    if (ts.isArrayLiteralExpression(node))
      for (const element of node.elements)
        this.replace('drop element', element, ts.isSpreadElement(element) ? '...[]' : '...([] as never[])');
    if (ts.isCallExpression(node)) this.call(node);
    if (ts.isPropertyAccessExpression(node) && /^(step\.cpu|cpu\.id)$/.test(this.textOf(node)))
      this.replace('wrong CPU', node, `(${this.textOf(node)} ^ 1)`);
  }

  negate(condition) {
    this.replace('negate', condition, `!(${this.textOf(condition)})`);
  }

  binary({ operatorToken, left, right }) {
    if (COMPARISONS.has(operatorToken.kind))
      this.replace('comparison', operatorToken, COMPARISONS.get(operatorToken.kind));
    const other = OTHERS.get(operatorToken.kind);
    const joinsTexts = [left, right].some((side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side));
    if (other && !joinsTexts) this.replace(other[0], operatorToken, other[1]);
  }

  neighbours(statements) {
    for (let i = 0; i + 1 < statements.length; i++) {
      const [a, b] = [statements[i], statements[i + 1]];
      if (!ts.isExpressionStatement(a) || !ts.isExpressionStatement(b) || this.textOf(a) === this.textOf(b)) continue;
      this.replace('swap neighbours', a, `${this.textOf(b)}\n${this.textOf(a)}`, b.end);
    }
  }

  call(node) {
    const called = this.textOf(node.expression);
    const method = called.split('.').at(-1);
    if (/^(allOf|someOf)$/.test(called))
      for (const part of node.arguments) this.replace('missing condition', part, '...[]');
    const weaker = WEAKER[method];
    if (weaker && /(^|\.)cpu\.\w+$/.test(called) && node.arguments.length >= 1) {
      const code = weaker(
        called.slice(0, -method.length - 1),
        node.arguments.map((part) => this.textOf(part)),
      );
      this.replace('weaker atomic', node, `(function* (this: any): any { ${code} }).call(this)`);
    }
    if (/Cells\.|^hw\.|^ghosts\.|^guest\./.test(called)) this.otherCell(node, called);
  }

  otherCell(node, called) {
    const [object, member] = [called.split('.')[0], called.split('.').at(-1)];
    const [first, second] = node.arguments;
    if (node.arguments.length === 2 && this.textOf(first) !== this.textOf(second))
      this.replace('wrong cell', node, `${called}(${this.textOf(second)}, ${this.textOf(first)})`);
    const others = [...(this.siblings.get(`${object} ${node.arguments.length}`) ?? [])].sort();
    const next = others[(others.indexOf(member) + 1) % others.length];
    if (next !== undefined && next !== member) this.replace('wrong cell', node.expression, `${object}.${next}`);
  }

  /** Types, citations, and what puts things in words: no mistake in it changes what code does. */
  isWords(node) {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isDecorator(node))
      return true;
    if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isThrowStatement(node)) return true;
    if (ts.isTemplateExpression(node)) return true;
    if (ts.isPropertyAssignment(node) || ts.isMethodDeclaration(node) || ts.isVariableDeclaration(node))
      return ts.isIdentifier(node.name) && IN_WORDS.test(node.name.text);
    return (ts.isCallExpression(node) || ts.isNewExpression(node)) && CITES.test(this.textOf(node.expression));
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

/** Edits that leave another text, each once. */
function unique(edits, text) {
  const seen = new Set([text]);
  return edits.filter(({ start, end, text: by }) => {
    const made = text.slice(0, start) + by + text.slice(end);
    return !seen.has(made) && seen.add(made);
  });
}
