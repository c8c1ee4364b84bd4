/**
 * The plain form of a generator: an ordinary function that performs each step where the generator would yield it, and calls where
 * the generator would delegate. On one line, so that the lines of what follows stay.
 */
import { Edits } from './edits.ts';
import { joined, piece, trimmed, type MovedText } from './moved.ts';
import { isGenerator, starOf, type Source } from './source.ts';
import { isRoutine, parts, type Node, type Routine } from './tree.ts';

/** Does a generator have a plain form? What has none stays a generator in both: code that comes by it is run step by step. */
export function hasPlainForm(node: Routine, { names, holders }: Source): boolean {
  if (
    names.bodies.get(node)?.usesArguments ||
    node.params.some((param) => someIn(param, (part) => isRoutine(part) || part.type === 'ClassBody'))
  )
    return false;
  const holder = holders.get(node);
  if (holder?.computed) return false; // [Symbol.iterator], which makes no steps
  // `super` and private names mean something in methods only: the form that yields has to be one, too.
  if (holder?.type === 'MethodDefinition' && holder.static) return false;
  if (holder?.type === 'Property' && own(node.body).some((part) => part.type === 'Super')) return false;
  return (
    own(node.body).every((part) => part.type !== 'YieldExpression' || !part.delegate || isCall(part.argument!)) &&
    !someIn(node.body, (part) => part.type === 'TaggedTemplateExpression')
  );
}

/** Delegates to what is called in the same place: what was made before has its steps later than where it is made. */
function isCall(node: Node): boolean {
  switch (node.type) {
    case 'CallExpression':
      return true;
    case 'ChainExpression':
      return isCall(node.expression);
    case 'ConditionalExpression':
      return isCall(node.consequent) && isCall(node.alternate);
    default:
      return false;
  }
}

const someIn = (node: Node, is: (part: Node) => boolean): boolean =>
  is(node) || parts(node).some((part) => someIn(part, is));

/** A node and what is in it, functions inside it left out, save arrows: they have its `super`. */
function own(node: Node): Node[] {
  if (isRoutine(node) && node.type !== 'ArrowFunctionExpression') return [];
  return [node, ...parts(node).flatMap(own)];
}

/**
 * Parameters and statements of the plain form.
 * @param name of the function, for messages
 */
export function plainForm(
  node: Routine,
  name: string,
  source: Source,
): { readonly params: MovedText; readonly body: MovedText } {
  const form = (inside: readonly Node[], from: number, to: number): MovedText => {
    const edits = new Edits();
    for (const part of inside) rewrite(part, name, source, edits);
    for (const at of source.semicolons) if (from < at && at <= to) edits.close(at, ';', node);
    return trimmed(edits.applied(from, to, (a, b) => onOneLine(source.uncommented, a, b)));
  };
  const opens = source.uncommented.indexOf(
    '(',
    node.type === 'ArrowFunctionExpression' ? node.start : (node.id?.end ?? node.start),
  );
  return {
    params: form(node.params, opens, node.body.start),
    body: form([node.body], node.body.start + 1, node.body.end - 1),
  };
}

/** A part of a text with a space for each line break. */
function onOneLine(text: string, from: number, to: number): MovedText {
  const parts: (string | MovedText)[] = [];
  let done = from;
  for (const { index, 0: found } of text.slice(from, to).matchAll(/\s*[\n\r\u2028\u2029]\s*/g)) {
    parts.push(piece(text, done, from + index), ' ');
    done = from + index + found.length;
  }
  return joined(...parts, piece(text, done, to));
}

function rewrite(node: Node, name: string, source: Source, edits: Edits): void {
  breakNoLine(node, edits);
  if (node.type === 'YieldExpression') {
    const operand = node.delegate ? source.uncommented.indexOf('*', node.start) + 1 : node.start + 'yield'.length;
    edits.replace(node.start, operand, node.delegate ? '__sdRan(' : '__sd.perform(', node);
    edits.close(node.end, node.delegate ? `, ${JSON.stringify(`${source.file} ${name}`)})` : ')', node);
  }
  if (isGenerator(node)) {
    // One without a plain form stays what it is, with what it yields.
    if (!hasPlainForm(node, source)) return leaveAlone(node, edits);
    const star = starOf(node, source);
    edits.replace(star, star + 1, '', node);
  }
  for (const part of parts(node)) rewrite(part, name, source, edits);
}

function leaveAlone(node: Node, edits: Edits): void {
  breakNoLine(node, edits);
  for (const part of parts(node)) leaveAlone(part, edits);
}

/** Texts that go on in the next line are written on one. */
function breakNoLine(node: Node, edits: Edits): void {
  const breaks = (text: string | undefined): boolean => /[\n\r]/.test(text ?? '');
  if (node.type === 'Literal' && typeof node.value === 'string' && breaks(node.raw))
    edits.replace(node.start, node.end, JSON.stringify(node.value), node);
  if (node.type !== 'TemplateLiteral') return;
  for (const { start, end, value } of node.quasis)
    if (breaks(value.raw))
      edits.replace(
        start,
        end,
        JSON.stringify(value.cooked)
          .slice(1, -1)
          .replaceAll(/`|\$\{/g, '\\$&'),
        node,
      );
}
